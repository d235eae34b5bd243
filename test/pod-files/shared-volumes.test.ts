import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const TWO =
  'containers: [{name: a, volumeMounts: [{name: v, mountPath: /a}]}, ' +
  '{name: b, volumeMounts: [{name: v, mountPath: /b, readOnly: true}]}]';

test('the containers of a pod share an empty directory, which outlives their runs', async () => {
  const pod = new Surroundings().pod(`{${TWO}, volumes: [{name: v, emptyDir: {}}]}`);
  expect(await pod.run('ls -ld /a | cut -c1-10; ls /a; echo hello > /a/f', { container: 'a' })).toBe('drwxrwxrwx\n');
  const other = await pod.machine('b');
  expect(await pod.run('cat /b/f; echo x > /b/f', { container: 'b', machine: other })).toBe(
    "hello\nsh: can't create /b/f: Read-only file system\n",
  );
  expect(await pod.run('cat /a/f', { container: 'a' })).toBe('hello\n');
});

test('an empty directory in memory has its limit, and is not of the disk', async () => {
  const objects = new Surroundings();
  const inMemory = objects.pod(`{${TWO}, volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 1Mi}}]}`);
  expect(await inMemory.run("mount | grep ' /a '; dd if=/dev/zero of=/a/f bs=1M count=2 2>&1 | tail -1")).toMatch(
    /^tmpfs on \/a type tmpfs.*\n.*No space left on device\n/,
  );
  const onDisk = objects.pod(`{${TWO}, volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]}`);
  expect(await onDisk.run('mount | grep -c tmpfs.*/a; dd if=/dev/zero of=/a/f bs=1M count=2; wc -c < /a/f')).toContain(
    '2097152\n',
  );
});

const CLAIM =
  '{kind: PersistentVolumeClaim, metadata: {name: data, namespace: ns, uid: c1}, spec: {volumeName: pv}, ' +
  'status: {phase: Bound}}';
const volumeOf = (source: string, uid = 'pv1'): string =>
  `{kind: PersistentVolume, metadata: {name: pv, uid: ${uid}}, spec: {claimRef: {uid: c1}, ${source}}}`;
const CLAIMING = `{${TWO}, volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]}`;

test('a persistent volume keeps its files from pod to pod, until it is gone', async () => {
  const objects = new Surroundings(CLAIM, volumeOf('csi: {driver: d, volumeHandle: h}'));
  expect(await objects.pod(CLAIMING).run('echo kept > /a/f')).toBe('');
  expect(await objects.pod(CLAIMING).run('cat /b/f', { container: 'b' })).toBe('kept\n');
  objects.store.forgetVolume('pv1');
  expect(await objects.pod(CLAIMING).run('ls /a')).toBe('');
});

test('a claim may be used to read alone', async () => {
  const objects = new Surroundings(CLAIM, volumeOf('nfs: {server: s, path: /}'));
  const pod = objects.pod(CLAIMING.replace('claimName: data', 'claimName: data, readOnly: true'));
  expect(await pod.run('touch /a/f')).toBe('touch: /a/f: Read-only file system\n');
});

test('a volume on the path of a node is that path', async () => {
  const objects = new Surroundings(CLAIM, volumeOf('hostPath: {path: /mnt/x}'));
  await objects.pod(CLAIMING).run('echo there > /a/f');
  const pod = objects.pod(`{${TWO}, volumes: [{name: v, hostPath: {path: /mnt}}]}`);
  expect(await pod.run('cat /a/x/f')).toBe('there\n');
});

test('an ephemeral volume is the claim that was made for it', async () => {
  const spec = `{${TWO}, volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {}}}}]}`;
  const claim = CLAIM.replace('name: data', 'name: p-v').replace('uid: c1', 'uid: c1, OWNER');
  const objects = new Surroundings(volumeOf('csi: {driver: d}'), claim.replace('OWNER', 'labels: {}'));
  const notOwned = 'PVC ns/p-v was not created for pod ns/p (pod is not owner)';
  expect(objects.pod(spec).mountProblems()[0]).toContain(notOwned);
  objects.apply(claim.replace('OWNER', 'ownerReferences: [{uid: u1, controller: true}]'));
  expect(objects.pod(spec).mountProblems()).toEqual([]);
  expect(await objects.pod(spec).run('echo x > /a/f; cat /a/f')).toBe('x\n');
});

const BOUND = volumeOf('csi: {driver: d}');
test.each<[string, string[]]>([
  ['failed to fetch PVC from API server: persistentvolumeclaims "data" not found', []],
  ['PVC is not bound', [CLAIM.replace('Bound', 'Pending')]],
  ['PVC is being deleted', [CLAIM.replace('uid: c1', 'uid: c1, deletionTimestamp: "2026-11-23T07:30:00Z"'), BOUND]],
  ['failed to fetch PV pv from API server: persistentvolumes "pv" not found', [CLAIM]],
  [
    'found PV object pv but its pv.Spec.ClaimRef.UID c9 does not point to claim.UID c1',
    [CLAIM, BOUND.replace('uid: c1', 'uid: c9')],
  ],
])('a claim cannot be mounted: %s', (why, manifests) => {
  expect(new Surroundings(...manifests).pod(CLAIMING).mountProblems()).toEqual([
    'Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: ' +
      `error processing PVC ns/data: ${why}`,
  ]);
});

test('volumes of other kinds are empty', async () => {
  const spec = `{${TWO}, volumes: [{name: v, KIND}]}`;
  const objects = new Surroundings();
  const image = objects.pod(spec.replace('KIND', 'image: {reference: "quay.io/x:1"}'));
  expect(await image.run('ls /a; touch /a/f')).toBe('touch: /a/f: Read-only file system\n');
  const nfs = objects.pod(spec.replace('KIND', 'nfs: {server: s, path: /x}'));
  expect(await nfs.run('ls /a; touch /a/f; ls /a')).toBe('f\n');
});
