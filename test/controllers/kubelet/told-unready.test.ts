import { expect, test } from 'vitest';
import { PodStory } from '../../support/pod-story.ts';

const P = { name: 'p' };
const nginx = (probe: string): string => `{containers: [{name: c, image: nginx, readinessProbe: ${probe}}]}`;

const unhealthy = async (story: PodStory): Promise<string[]> =>
  (await story.events()).filter((text) => text.includes(' Unhealthy '));

test.each([
  ['HTTP', 'httpGet: {path: /, port: 80}', /^HTTP probe failed with statuscode: 500$/],
  ['TCP', 'tcpSocket: {port: 80}', /^dial tcp [\d.]+:80: connect: connection refused$/],
  ['gRPC', 'grpc: {port: 80}', /^service unhealthy \(responded with "NOT_SERVING"\)$/],
  ['command', 'exec: {command: ["true"]}', /^$/],
])('a pod that is told to be unready fails its probe by %s, at once', async (_kind, action, output) => {
  await using story = await PodStory.begin();
  const image = action.startsWith('grpc') ? 'shop' : 'nginx';
  await story.create(`{containers: [{name: c, image: ${image}, readinessProbe: {${action}}}]}`);
  expect(await story.shown()).toBe('1/1 Running');
  expect(await unhealthy(story)).toEqual([]);
  story.cluster.scripts.setReady(P, false);
  await story.cluster.settle();
  expect(await story.shown()).toBe('0/1 Running');
  const [told, ...others] = await unhealthy(story);
  expect(others).toEqual([]);
  const said = 'Warning Unhealthy spec.containers{c}: Readiness probe failed: ';
  expect(told?.startsWith(said)).toBe(true);
  expect(told?.slice(said.length)).toMatch(output);
});

test('its probe fails again each period, until it is told to be ready: then it is asked at once', async () => {
  await using story = await PodStory.begin();
  await story.create(nginx('{httpGet: {path: /, port: 80}, periodSeconds: 5}'));
  story.cluster.scripts.setReady(P, false);
  await story.live(21);
  const [event] = (await story.client.list('v1/events', 'default')).filter(
    (object) => (object as { reason?: string }).reason === 'Unhealthy',
  );
  expect(event).toMatchObject({ count: 5 });
  story.cluster.scripts.setReady(P, true);
  await story.cluster.settle();
  expect(await story.shown()).toBe('1/1 Running');
});

test('nobody asks before the initial delay', async () => {
  await using story = await PodStory.begin();
  await story.create(nginx('{httpGet: {path: /, port: 80}, initialDelaySeconds: 7}'));
  story.cluster.scripts.setReady(P, false);
  await story.live(6);
  expect(await unhealthy(story)).toEqual([]);
  await story.live(1);
  expect(await unhealthy(story)).toHaveLength(1);
});

test('a container without a readiness probe is unready without a word', async () => {
  await using story = await PodStory.begin();
  await story.create(
    '{containers: [{name: c, image: nginx, livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}}]}',
  );
  story.cluster.scripts.setReady(P, false);
  await story.live(5);
  expect(await story.shown()).toBe('0/1 Running');
  expect(await unhealthy(story)).toEqual([]);
  expect(await story.container()).toMatchObject({ restartCount: 0 });
});
