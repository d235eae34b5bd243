// @codedependant/kubernetes-leader-election: candidates for a Lease, of whom one leads at a time.
import { Elector } from '@codedependant/kubernetes-leader-election';
import { CoordinationV1Api, KubeConfig, V1MicroTime } from '@kubernetes/client-node';
import { check, equal, isAdmin, namespace, refused } from './checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const leases = config.makeApiClient(CoordinationV1Api);
const lease = { name: 'leader', namespace };
const read = () => leases.readNamespacedLease(lease);

const time = (text) => new Date(text).getTime();

const candidate = (identity) =>
  new Elector({
    auto_close: false,
    identity,
    lease_name: 'leader',
    namespace,
    renew_interval_ms: 1000,
    lease_duration_sec: 4,
    wait_for_leadership: true,
  });

/** The next time that a candidate says so. */
const next = (elector, event) => new Promise((resolve) => elector.once(Elector.EVENTS[event], resolve));

const [first, second, third] = ['first', 'second', 'third'].map((identity) => candidate(identity));

await check('the first candidate makes the lease, and leads', async () => {
  await refused(read(), 404, 'NotFound');
  await first.start();
  equal(first.current_leader, true);
  const { spec, metadata } = await read();
  equal([spec.holderIdentity, metadata.namespace], ['first', namespace]);
  equal(time(spec.acquireTime) <= time(spec.renewTime), true);
});

await check('it renews the lease', async () => {
  const before = await read();
  await next(first, 'LEASE_RENEWED');
  const { spec, metadata } = await read();
  equal(time(spec.renewTime) > time(before.spec.renewTime), true);
  equal(metadata.resourceVersion === before.metadata.resourceVersion, false);
});

await check('a second candidate waits', async () => {
  await second.start();
  equal([first.current_leader, second.current_leader], [true, false]);
  equal((await read()).spec.holderIdentity, 'first');
});

await check('a leader that stops lets go of the lease', async () => {
  await first.stop();
  const { spec } = await read();
  equal([spec.holderIdentity, spec.renewTime, spec.leaseDurationSeconds], [undefined, undefined, undefined]);
});

await check('once the lease is deleted, the candidate that waits leads', async () => {
  const acquired = next(second, 'LEADERSHIP_ACQUIRED');
  await leases.deleteNamespacedLease(lease);
  await acquired;
  equal((await read()).spec.holderIdentity, 'second');
});

await check('whoever takes the lease away makes the leader give up', async () => {
  const lost = next(second, 'LEADERSHIP_LOST');
  for (;;) {
    const current = await read();
    current.spec.holderIdentity = 'somebody';
    current.spec.renewTime = new V1MicroTime();
    const taken = await leases.replaceNamespacedLease({ ...lease, body: current }).catch(({ code }) => code);
    if (taken !== 409) break;
  }
  await lost;
  equal([second.current_leader, (await read()).spec.holderIdentity], [false, 'somebody']);
  await second.stop();
});

await check('a lease that nobody holds is taken at once', async () => {
  const current = await read();
  current.spec = {};
  await leases.replaceNamespacedLease({ ...lease, body: current });
  await third.start();
  equal(third.current_leader, true);
  const { spec } = await read();
  equal([spec.holderIdentity, spec.leaseDurationSeconds], ['third', 4]);
});

await check('a lease keeps its times, and is refused without a duration', async () => {
  const renewTime = new V1MicroTime('2026-01-02T03:04:05.678Z');
  const body = { metadata: { name: 'timed' }, spec: { renewTime, leaseTransitions: 1 } };
  await leases.createNamespacedLease({ namespace, body });
  const { spec } = await leases.readNamespacedLease({ name: 'timed', namespace });
  equal([time(spec.renewTime), spec.leaseTransitions], [renewTime.getTime(), 1]);
  const bad = { ...body, metadata: { name: 'bad' }, spec: { leaseDurationSeconds: 0 } };
  const { details } = await refused(leases.createNamespacedLease({ namespace, body: bad }), 422, 'Invalid');
  equal(details.causes[0].field, 'spec.leaseDurationSeconds');
});

if (!isAdmin)
  await check('a lease of another namespace is forbidden', async () => {
    await refused(leases.listNamespacedLease({ namespace: 'kube-system' }), 403, 'Forbidden');
    await refused(leases.listLeaseForAllNamespaces(), 403, 'Forbidden');
  });

// Its watches begin again by themselves.
process.exit();
