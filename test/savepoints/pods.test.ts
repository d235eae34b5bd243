import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const OBJECTS = `
apiVersion: batch/v1
kind: Job
metadata: {name: sum}
spec:
  completions: 2
  parallelism: 1
  template:
    spec:
      restartPolicy: Never
      containers: [{name: sum, image: busybox, command: [sh, -c, 'sleep 20']}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: nginx, readinessProbe: {httpGet: {port: 80}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: told, labels: {app: told}}
spec: {containers: [{name: told, image: nginx, readinessProbe: {httpGet: {port: 80}}}]}
`;

describe('pods of a cluster that is brought back', () => {
  const clock = new SimulatedClock();
  let shop: Shop;
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      await clock.advance(1000);
      await shop.cluster.settle();
    }
  };
  const pods = (): Promise<string> =>
    shop.kubectl(
      'get',
      'pods',
      '-ojsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.phase} {.status.podIP} ' +
        '{.status.containerStatuses[*].ready} {.status.containerStatuses[*].restartCount}{"\\n"}{end}',
    );
  let before: string;

  beforeAll(async () => {
    shop = await openShop({ clock, simulatedMetrics: true });
    const { cluster } = shop;
    await cluster.apply(OBJECTS);
    await cluster.settle();
    await pass(5);
    cluster.scripts.setReady({ name: 'told' }, false);
    cluster.scripts.setCommands({ name: 'told' }, [{ command: ['whoami'], stdout: 'me\n' }]);
    await cluster.setController('cronjob', false);
    await cluster.setController('deployment', false, { namespace: 'shop' });
    await pass(2);
    before = await pods();
    await cluster.savepoints.save({ name: 'half-way' });
    await shop.kubectl('exec', 'web', '--', 'sh', '-c', 'echo hello > /file');
    await shop.kubectl('delete', 'pod', 'told', '--wait=false');
    cluster.scripts.exit({ name: 'web' }, 1);
    await cluster.setController('cronjob', true);
    await cluster.setController('deployment', undefined, { namespace: 'shop' });
    await pass(5);
    expect(await pods()).not.toBe(before);
    await cluster.savepoints.restore('half-way');
    await cluster.settle();
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it('are the ones of then: nothing is restarted, what was not ready is not', async () => {
    expect(await pods()).toBe(before);
    await pass(3);
    expect(await pods()).toBe(before);
  });

  it('run, without the files that were written later', async () => {
    expect(await shop.kubectl('exec', 'web', '--', 'sh', '-c', 'echo $((1 + 2)); cat /file 2>&1; true')).toMatch(
      /^3\n.*No such file/,
    );
    expect(await shop.kubectl('exec', 'told', '--', 'whoami')).toBe('me\n');
  });

  it('go on with what they had begun', async () => {
    await pass(60);
    expect(await shop.kubectl('get', 'job', 'sum', '-ojsonpath={.status.succeeded}')).toBe('2');
  });

  it('have the controllers of then', () => {
    const states = shop.cluster.controllers();
    expect(states.find(({ name }) => name === 'cronjob-controller')?.enabled).toBe(false);
    expect(states.find(({ name }) => name === 'deployment-controller')?.namespaces).toEqual({ shop: false });
  });
});
