import { afterEach, describe, expect, it, vi } from 'vitest';
import { steadyMs, systemClock } from '../../server/base/clock.ts';
import { MovableClock } from '../../server/base/movable-clock.ts';
import { nextTurn } from '../../server/base/turn.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { Event, Lease, Node } from '../../server/kube/types.gen.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const HOUR_MS = 60 * 60 * 1000;
const SECOND_MS = 1000;
/** Longer than nodes may be silent. */
const LONG_MS = 90 * SECOND_MS;

let running: RunningCluster | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await running?.stop();
  running = undefined;
});

async function cluster(): Promise<{
  clock: SteppedClock;
  cluster: RunningCluster;
  pass: (ms: number) => Promise<void>;
}> {
  const machine = new SteppedClock();
  running = await startCluster({ clock: new MovableClock(machine), seed: 1, port: 0 });
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += 5 * SECOND_MS) {
      await machine.advance(5 * SECOND_MS);
      for (let i = 0; i < 20; i++) await nextTurn();
    }
  };
  await pass(LONG_MS);
  return { clock: machine, cluster: running, pass };
}

async function list<T>(shop: RunningCluster, resource: string, namespace: string): Promise<T[]> {
  return (await shop.transport().list({ resource, namespace })).items as unknown as T[];
}

const EVENT = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'told', namespace: 'default' },
  involvedObject: { kind: 'Namespace', name: 'default', namespace: 'default' },
};

// As NTP does, or somebody at a virtual machine; what is set below /-/clock is in setting.test.ts.
describe.each([
  ['on', HOUR_MS],
  ['back', -HOUR_MS],
])('a machine whose clock is set %s', (_direction, byMs) => {
  it('makes no node silent, and leases tell the new time', async () => {
    const { clock, cluster: shop, pass } = await cluster();
    clock.step(byMs);
    await pass(LONG_MS);
    const nodes = await list<Node>(shop, 'v1/nodes', '');
    const ready = nodes.map(({ status }) => status.conditions?.find(({ type }) => type === 'Ready')?.status);
    expect(ready).toEqual(['True', 'True']);
    const leases = await list<Lease>(shop, 'coordination.k8s.io/v1/leases', 'kube-node-lease');
    for (const { spec } of leases) {
      expect(Math.abs(Date.parse(spec?.renewTime ?? '') - clock.now())).toBeLessThan(15 * SECOND_MS);
    }
  });

  it('neither shortens nor lengthens the hour of an Event, and new objects have the new time', async () => {
    const { clock, cluster: shop, pass } = await cluster();
    await shop.apply(EVENT);
    const told = async (): Promise<boolean> =>
      (await list<Event>(shop, 'v1/events', 'default')).some(({ metadata }) => metadata.name === 'told');
    clock.step(byMs);
    await pass(HOUR_MS - 60 * SECOND_MS);
    expect(await told()).toBe(true);
    await shop.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'default' } });
    const [made] = (await list<Event>(shop, 'v1/configmaps', 'default')).filter((map) => map.metadata.name === 'new');
    expect(Math.abs(Date.parse(made?.metadata.creationTimestamp ?? '') - clock.now())).toBeLessThan(2 * SECOND_MS);
    await pass(70 * SECOND_MS);
    expect(await told()).toBe(false);
  });
});

it('the clock of the machine knows that it was set', () => {
  const clock = systemClock();
  const real = clock.now();
  const steady = steadyMs(clock);
  const now = vi.spyOn(Date, 'now');
  for (const byMs of [HOUR_MS, -HOUR_MS, 0]) {
    now.mockReturnValue(real + byMs);
    expect(clock.now()).toBe(real + byMs);
    expect(Math.abs(steadyMs(clock) - steady)).toBeLessThan(SECOND_MS);
  }
});
