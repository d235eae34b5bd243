import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import type { ContainerStatus, Pod } from '../../../server/kube/types.gen.ts';
import { temporaryDirectory } from '../../support/data-directory.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

describe('a container whose command ends', () => {
  let cluster: RunningCluster;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await startCluster({ logLevel: 'error', clock });
  });
  afterEach(() => cluster.stop());

  const pod = (): Promise<Frozen<Pod>> =>
    new Client(cluster.transport()).get<Pod>('v1/pods', { namespace: 'default', name: 'p' });
  const container = async (): Promise<Frozen<ContainerStatus> | undefined> =>
    (await pod()).status.containerStatuses?.[0];
  const create = async (restartPolicy: string, command: string, more = ''): Promise<void> => {
    const containers = `[{name: c, image: busybox, command: ${command}}${more}]`;
    const spec = `{restartPolicy: ${restartPolicy}, containers: ${containers}}`;
    await cluster.apply(`{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: ${spec}}`);
    await cluster.settle();
  };
  const pass = async (seconds: number): Promise<void> => {
    await clock.advance(seconds * 1000);
    await cluster.settle();
  };

  test('is terminated with its exit code, and the pod fails', async () => {
    await create('Never', '[sh, -c, sleep 5; exit 3]');
    await pass(4);
    expect(await pod()).toMatchObject({ status: { phase: 'Running' } });
    await pass(1);
    const { status } = await pod();
    expect(status.phase).toBe('Failed');
    const [only] = status.containerStatuses ?? [];
    expect(only).toMatchObject({ ready: false, restartCount: 0, started: false });
    expect(only?.state.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:05Z',
    });
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'False', reason: 'PodFailed' });
  });

  test('ends well, and the pod has succeeded once all of its containers have', async () => {
    await create('OnFailure', '["true"]', ', {name: d, image: busybox, command: [sleep, "10"]}');
    const before = await pod();
    expect(before.status.phase).toBe('Running');
    const ready = before.status.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ reason: 'ContainersNotReady', message: 'containers with unready status: [c]' });
    await pass(10);
    expect((await pod()).status.phase).toBe('Succeeded');
  });

  test('begins anew at once, then after 10 seconds, then after twice as long each time', async () => {
    await create('OnFailure', '["false"]');
    expect(await container()).toMatchObject({
      restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    const { uid } = (await pod()).metadata;
    const message = `back-off 10s restarting failed container=c pod=p_default(${uid})`;
    expect((await container())?.state.waiting?.message).toBe(message);
    await pass(9);
    expect(await container()).toMatchObject({ restartCount: 1 });
    await pass(1);
    expect(await container()).toMatchObject({ restartCount: 2 });
    await pass(19);
    expect(await container()).toMatchObject({ restartCount: 2 });
    await pass(1);
    expect(await container()).toMatchObject({ restartCount: 3 });
    expect((await pod()).status.phase).toBe('Running');
  });

  test('begins anew even if it ended well, with restartPolicy Always', async () => {
    await create('Always', '["true"]');
    expect(await container()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } });
  });

  test('goes on as it was in a kubelet that starts anew', async () => {
    const dataDir = await temporaryDirectory();
    await cluster.stop();
    cluster = await startCluster({ logLevel: 'error', clock, dataDir });
    await create('OnFailure', '["false"]');
    await pass(10);
    const before = await pod();
    expect(before.status.containerStatuses?.[0]).toMatchObject({ restartCount: 2 });
    await cluster.stop();
    cluster = await startCluster({ logLevel: 'error', clock, dataDir });
    await cluster.settle();
    expect((await pod()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await pass(20);
    expect(await container()).toMatchObject({ restartCount: 3 });
  });
});
