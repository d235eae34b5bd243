import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { type ComposeService, networkModule, schemaProblems, volumeParts } from '../support/compose.ts';
import { type Mounts, startContainer } from '../support/container.ts';
import { buildImage, NOBODY } from '../support/image.ts';

const FOLDER = 'examples/docker-compose';
const file = parse(readFileSync(join(FOLDER, 'docker-compose.yaml'), 'utf8')) as {
  readonly services: Readonly<Record<'fauxkube' | 'tests', ComposeService>>;
};
const { fauxkube, tests } = file.services;

/** Folders of the example where the file mounts them, and an empty one for each volume. */
function mounts(): Mounts {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const pairs = [...fauxkube.volumes, ...tests.volumes].map((text) => {
    const { source, target } = volumeParts(text);
    const path = join(folder, target);
    if (source.startsWith('.')) cpSync(join(FOLDER, source), path, { recursive: true });
    else {
      mkdirSync(path, { recursive: true });
      if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
    }
    return [target, path] as const;
  });
  return Object.fromEntries(pairs);
}

test('is what the compose specification allows', () => {
  expect(schemaProblems(file)).toEqual([]);
});

test('builds the image of this repository, and is checked as its own healthcheck says', () => {
  expect(fauxkube.build).toBe('../..');
  const own = parse(readFileSync('docker-compose.yaml', 'utf8')) as typeof file;
  expect(fauxkube.healthcheck).toEqual(own.services.fauxkube.healthcheck);
  expect(tests.depends_on).toEqual({ fauxkube: { condition: 'service_healthy' } });
});

test('its tests pass against what the image starts, under the names of its network', async () => {
  const image = await buildImage();
  const folders = mounts();
  const container = await startContainer(image, { command: fauxkube.command, mounts: folders });
  const network = networkModule({
    'fauxkube:6443': Number(new URL(container.url).port),
    'fauxkube:6480': Number(new URL(container.proxyUrl).port),
  });
  const { KUBECONFIG = '', ...environment } = tests.environment ?? {};
  const env = {
    ...environment,
    KUBECONFIG: KUBECONFIG.replace(/^\/kubeconfigs/, folders['/kubeconfigs'] ?? ''),
    // The file is run by the runner in a process of its own.
    NODE_OPTIONS: `--import=${network}`,
  };
  const { code, output } = await container.run(tests.command, env);
  expect([code, output]).toEqual([0, expect.stringMatching(/^# pass 4$/m)]);
}, 300_000);
