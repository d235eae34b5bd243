import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeFile, schemaProblems, volumeParts } from '../support/compose.ts';

test('is what the compose specification allows', () => {
  const file = parse(readFileSync('docker-compose.yaml', 'utf8')) as { services: { fauxkube: object } };
  expect(schemaProblems(file)).toEqual([]);
  const wrong = { ...file, services: { fauxkube: { ...file.services.fauxkube, healthchecks: {} } } };
  expect(schemaProblems(wrong)).not.toEqual([]);
});

test('keeps data and kubeconfigs on volumes that it declares, and mounts folders that are there', () => {
  const { services, volumes } = composeFile();
  const sources = Object.values(services).flatMap((service) => service.volumes.map((text) => volumeParts(text).source));
  const folders = sources.filter((source) => source.startsWith('.'));
  expect(folders.filter((folder) => !existsSync(folder))).toEqual([]);
  expect([...new Set(sources.filter((source) => !source.startsWith('.')))].sort()).toEqual(Object.keys(volumes).sort());
});

test('publishes ports on the loopback only', () => {
  for (const port of composeFile().services.fauxkube.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
});

test('lets the client wait until the cluster is healthy, and read its kubeconfig', () => {
  const { example, fauxkube } = composeFile().services;
  expect(example.depends_on).toEqual({ fauxkube: { condition: 'service_healthy' } });
  expect(fauxkube.healthcheck?.test[0]).toBe('CMD');
  const [shared] = example.volumes.map(volumeParts);
  expect(shared?.isReadOnly).toBe(true);
  expect(fauxkube.volumes.map(volumeParts)).toContainEqual({ ...shared, isReadOnly: false });
});
