import { expect, test } from 'vitest';
import { PodStory } from '../../support/pod-story.ts';

const nginx = (probe: string): string => `{containers: [{name: c, image: nginx, ${probe}}]}`;

test('a readiness probe is asked of what the container serves', async () => {
  await using story = await PodStory.begin();
  await story.create(nginx('readinessProbe: {httpGet: {path: /, port: 80}, initialDelaySeconds: 7}'));
  expect(await story.shown()).toBe('0/1 Running');
  expect(await story.condition('Ready')).toMatchObject({
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [c]',
  });
  await story.pass(7);
  expect(await story.shown()).toBe('1/1 Running');
});

test('one that fails keeps the pod unready, and says why', async () => {
  await using story = await PodStory.begin();
  await story.create(nginx('readinessProbe: {httpGet: {path: /no, port: 80}, periodSeconds: 5}'));
  await story.pass(5);
  expect(await story.shown()).toBe('0/1 Running');
  const unhealthy =
    'Warning Unhealthy spec.containers{c}: Readiness probe failed: HTTP probe failed with statuscode: 404';
  expect(await story.events()).toContain(unhealthy);
});

test('a port where nothing listens refuses', async () => {
  await using story = await PodStory.begin();
  await story.create(nginx('readinessProbe: {tcpSocket: {port: 81}}'));
  const refused = /Readiness probe failed: dial tcp [\d.]+:81: connect: connection refused$/;
  expect(await story.events()).toContainEqual(expect.stringMatching(refused));
});

test.each(['nginx', 'registry.example/shop'])(
  'a port that no container of %s declares cannot be asked',
  async (image) => {
    await using story = await PodStory.begin();
    const probe = (port: string): string => `{httpGet: {port: ${port}}, periodSeconds: 1, failureThreshold: 1}`;
    const probes = `readinessProbe: ${probe('web')}, livenessProbe: ${probe('metrics')}`;
    await story.create(
      `{containers: [{name: c, image: ${image}, ports: [{name: http, containerPort: 80}], ${probes}}]}`,
    );
    await story.pass(60);
    const errored = 'probe errored and resulted in unknown state:';
    const told = (await story.events()).filter((text) => text.includes('Unhealthy'));
    expect(told.toSorted()).toEqual([
      `Warning Unhealthy spec.containers{c}: Liveness ${errored} port "metrics" not found`,
      `Warning Unhealthy spec.containers{c}: Readiness ${errored} port "web" not found`,
    ]);
    // What could not be asked does not count.
    expect(await story.container()).toMatchObject({ ready: false, started: true, restartCount: 0 });
  },
);

test('a liveness probe that fails three times has its container killed and begun anew', async () => {
  await using story = await PodStory.begin();
  await story.create(nginx('livenessProbe: {exec: {command: ["false"]}, periodSeconds: 10, initialDelaySeconds: 10}'));
  await story.pass(29);
  expect(await story.container()).toMatchObject({ restartCount: 0, ready: true });
  await story.pass(1);
  await story.pass(1);
  expect(await story.container()).toMatchObject({
    restartCount: 1,
    lastState: { terminated: { exitCode: 0, reason: 'Completed' } },
  });
  expect(await story.events()).toContain(
    'Normal Killing spec.containers{c}: Container c failed liveness probe, will be restarted',
  );
});

test('a startup probe holds back the others, and has its own grace period', async () => {
  await using story = await PodStory.begin();
  const startup = 'startupProbe: {exec: {command: ["false"]}, failureThreshold: 2, terminationGracePeriodSeconds: 4}';
  await story.create(
    nginx(`${startup}, livenessProbe: {exec: {command: ["false"]}, failureThreshold: 1}`),
    'slow-stop',
  );
  expect(await story.container()).toMatchObject({ started: false, ready: false });
  await story.pass(10);
  await story.pass(3);
  expect(await story.container()).toMatchObject({ restartCount: 0 });
  await story.pass(1);
  expect(await story.container()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137 } } });
  expect((await story.events()).filter((event) => event.includes('Liveness'))).toEqual([]);
});

test('nobody asks again what cannot have another answer', async () => {
  await using story = await PodStory.begin();
  const probe = '{httpGet: {path: /, port: 80}, periodSeconds: 1}';
  await story.create(nginx(`readinessProbe: ${probe}, livenessProbe: ${probe}`));
  expect(await story.shown()).toBe('1/1 Running');
  const { resourceVersion } = (await story.pod()).metadata;
  let timers = 0;
  const schedule = story.clock.schedule.bind(story.clock);
  story.clock.schedule = (delayMs, run) => {
    if (delayMs === 1000) timers++;
    return schedule(delayMs, run);
  };
  await story.pass(60);
  expect(timers).toBe(0);
  expect((await story.pod()).metadata.resourceVersion).toBe(resourceVersion);
});

test.each([
  ['httpGet: {port: 80}', /^HTTP probe failed with statuscode: 500$/],
  ['tcpSocket: {port: web}', /^dial tcp 10\.244\.[\d.]+:80: connect: connection refused$/],
  ['grpc: {port: 80}', /^service unhealthy \(responded with "NOT_SERVING"\)$/],
  ['exec: {command: ["true"]}', /^$/],
])('one that shall fail says what a kubelet says of {%s}', async (handler, output) => {
  await using story = await PodStory.begin();
  const probe = `livenessProbe: {${handler}, periodSeconds: 1, failureThreshold: 1}`;
  const ports = 'ports: [{name: web, containerPort: 80}]';
  await story.create(`{containers: [{name: c, image: shop, ${ports}, ${probe}}]}`, 'unhealthy@1s');
  await story.pass(1);
  const failed = 'Warning Unhealthy spec.containers{c}: Liveness probe failed: ';
  const told = (await story.events()).find((event) => event.startsWith(failed));
  expect(told?.slice(failed.length)).toMatch(output);
});
