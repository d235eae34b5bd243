import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const MAP = '{kind: ConfigMap, metadata: {name: m, namespace: ns}, data: {k: v}}';
const SECRET = '{kind: Secret, metadata: {name: s, namespace: ns}, data: {k: dg==}}';
const CLAIM =
  '{kind: PersistentVolumeClaim, metadata: {name: d, namespace: ns, uid: c1}, spec: {volumeName: pv}, ' +
  'status: {phase: Bound}}';
const PV = '{kind: PersistentVolume, metadata: {name: pv, uid: pv1}, spec: {claimRef: {uid: c1}, csi: {driver: d}}}';

const spec = (volume: string, context = 'fsGroup: 2000'): string =>
  `{securityContext: {${context}}, containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}]}], ` +
  `volumes: [{name: v, ${volume}}]}`;
const USER = { uid: 1000, gid: 1000, groups: [2000] };
const owners = (path: string): string => `ls -ldLn ${path} | sed 's/  */ /g' | cut -d' ' -f1,3,4`;

test('the fsGroup of a pod owns what is in its volumes, and what is made there', async () => {
  const pod = new Surroundings().pod(spec('emptyDir: {}'));
  const script = `${owners('/v')}; echo x > /v/f; mkdir /v/d; touch /v/d/g; ${owners('/v/f /v/d /v/d/g')}`;
  expect(await pod.run(script, USER)).toBe(
    'drwxrwsrwx 0 2000\ndrwxr-sr-x 1000 2000\n-rw-r--r-- 1000 2000\n-rw-r--r-- 1000 2000\n',
  );
});

test('it may read a secret that nobody else may', async () => {
  const pod = new Surroundings(SECRET).pod(spec('secret: {secretName: s, defaultMode: 256}'));
  expect(await pod.run(`cat /v/k; ${owners('/v/k')}; ${owners('/v/..data')}; ${owners('/v')}`, USER)).toBe(
    'v-r--r----- 0 2000\ndr-xr-sr-x 0 2000\ndrwxrwsrwx 0 2000\n'.replace('dr-xr-sr-x', 'drwxr-sr-x'),
  );
  expect(await pod.run('cat /v/k', { ...USER, groups: [] })).toBe("cat: can't open '/v/k': Permission denied\n");
});

test('without it files belong to root, with the modes that were wished for', async () => {
  const pod = new Surroundings(MAP).pod(spec('configMap: {name: m, defaultMode: 384}', ''));
  expect(await pod.run(`${owners('/v/k')}; cat /v/k`, USER)).toBe(
    "-rw------- 0 0\ncat: can't open '/v/k': Permission denied\n",
  );
});

test('a volume that was used before becomes that of the next group', async () => {
  const objects = new Surroundings(CLAIM, PV);
  const claim = 'persistentVolumeClaim: {claimName: d}';
  await objects.pod(spec(claim, '')).run('mkdir /v/d; echo secret > /v/d/f; chmod 700 /v/d; chmod 600 /v/d/f');
  expect(await objects.pod(spec(claim)).run(`cat /v/d/f; ${owners('/v/d /v/d/f')}`, USER)).toBe(
    'secret\ndrwxrws--- 0 2000\n-rw-rw---- 0 2000\n',
  );
});

test('a volume whose root is right already may be left as it is', async () => {
  const objects = new Surroundings(CLAIM, PV);
  const claim = 'persistentVolumeClaim: {claimName: d}';
  await objects.pod(spec(claim)).run('echo mine > /v/f; chmod 600 /v/f; chgrp 0 /v/f');
  const left = objects.pod(spec(claim, 'fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch'));
  expect(await left.run(owners('/v/f'))).toBe('-rw------- 0 0\n');
  expect(await objects.pod(spec(claim)).run(owners('/v/f'))).toBe('-rw-rw---- 0 2000\n');
});

test('paths of the node are left alone', async () => {
  const pod = new Surroundings().pod(spec('hostPath: {path: /srv}'));
  expect(await pod.run(owners('/v'))).toBe('drwxr-xr-x 0 0\n');
});
