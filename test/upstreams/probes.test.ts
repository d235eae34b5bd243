import { afterAll, beforeEach, expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';
import { type Outside, outside } from './support.ts';

const servers: Outside[] = [];
let status = 200;
beforeEach(() => {
  status = 200;
});
afterAll(() => Promise.all(servers.map(({ close }) => close())));

async function begin(probe: string): Promise<PodStory> {
  const real = await outside((_request, response) => {
    // Nobody ever hears of it.
    if (status !== 0) response.writeHead(status).end();
  });
  servers.push(real);
  const story = await PodStory.begin({ upstreams: [real.address] });
  const container = `{name: c, image: example/app, ports: [{containerPort: 80}], ${probe}}`;
  const metadata = `{name: p, annotations: {fauxkube.dev/upstreams: "http://${real.address}"}}`;
  await story.apply(`{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: {containers: [${container}]}}`);
  return story;
}

const READINESS = 'readinessProbe: {httpGet: {port: 80, path: /ready}, periodSeconds: 1, failureThreshold: 1}';

test('a pod is ready as long as the real server says so', async () => {
  await using story = await begin(READINESS);
  expect(await story.shown()).toBe('1/1 Running');
  expect(servers.at(-1)?.requests[0]).toBe('GET /ready');
  status = 503;
  await story.pass(1);
  expect(await story.shown()).toBe('0/1 Running');
  expect((await story.events()).at(-1)).toContain('Readiness probe failed: HTTP probe failed with statuscode: 503');
  status = 204;
  await story.pass(1);
  expect(await story.shown()).toBe('1/1 Running');
});

test('a server that does not answer in time fails the probe, and keeps nobody else waiting', async () => {
  status = 0;
  await using story = await begin(READINESS);
  expect(await story.shown()).toBe('0/1 Running');
  await story.pass(1);
  expect((await story.events()).at(-1)).toMatch(
    /Readiness probe failed: Get "http:\/\/[\d.]+:80\/ready": context deadline exceeded \(Client\.Timeout exceeded/,
  );
  expect(await story.shown()).toBe('0/1 Running');
});

test('a container whose server fails its liveness probe is begun anew', async () => {
  await using story = await begin('livenessProbe: {httpGet: {port: 80}, periodSeconds: 1, failureThreshold: 2}');
  status = 500;
  await story.live(4);
  expect((await story.container()).restartCount).toBe(1);
});

test('a server that is not there refuses', async () => {
  await using story = await begin('readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1, failureThreshold: 1}');
  expect(await story.shown()).toBe('1/1 Running');
  await servers.at(-1)?.close();
  await story.pass(1);
  expect(await story.shown()).toBe('0/1 Running');
});
