import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const MAP =
  '{kind: ConfigMap, metadata: {name: m, namespace: ns}, data: {a.conf: "x=1\\n", b: bee}, binaryData: {z: AP8=}}';
const SECRET = '{kind: Secret, metadata: {name: s, namespace: ns}, data: {user: cm9vdA==, key: AAEC}}';

const mounting = (volume: string, more = ''): string =>
  `{${more} containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, ${volume}}]}`;
const given = (): Surroundings => new Surroundings(MAP, SECRET);

test('all keys of a config map are files', async () => {
  const pod = given().pod(mounting('configMap: {name: m}'));
  expect(await pod.run('ls /v; cat /v/a.conf /v/b; od -c /v/z | head -1')).toBe(
    'a.conf\nb\nz\nx=1\nbee0000000  \\0 377\n',
  );
});

test('files are links through one that is swapped when they change', async () => {
  const pod = given().pod(mounting('configMap: {name: m, items: [{key: b, path: b}]}'));
  expect(
    await pod.run("ls -A /v; readlink /v/b /v/..data; ls -la /v | tail -n +2 | sed 's/  */ /g' | cut -d' ' -f1,3,4,9-"),
  ).toBe(
    '..2026_11_23_07_30_00.000000001\n..data\nb\n..data/b\n..2026_11_23_07_30_00.000000001\n' +
      'drwxrwxrwx root root .\ndrwxr-xr-x root root ..\ndrwxr-xr-x root root ..2026_11_23_07_30_00.000000001\n' +
      'lrwxrwxrwx root root ..data -> ..2026_11_23_07_30_00.000000001\nlrwxrwxrwx root root b -> ..data/b\n',
  );
});

test('chosen keys lie where they are wanted, others do not', async () => {
  const items = 'items: [{key: user, path: deep/er/name}, {key: key, path: deep/k, mode: 256}]';
  const pod = given().pod(mounting(`secret: {secretName: s, defaultMode: 416, ${items}}`));
  const script = "cd /v/deep; cat er/name; ls -lR . | grep '^-' | cut -c1-10; wc -c < k; ls /v";
  expect(await pod.run(script)).toBe('root-r--------\n-rw-r-----\n3\ndeep\n');
});

test('nobody writes to them', async () => {
  const pod = given().pod(mounting('configMap: {name: m}'));
  expect(await pod.run('echo x > /v/b; rm /v/b; touch /v/n; cat /v/b')).toBe(
    "beesh: can't create /v/b: Read-only file system\nrm: can't remove '/v/b': Read-only file system\n" +
      'touch: /v/n: Read-only file system\n',
  );
});

test('several sources share a volume, the later hide the earlier', async () => {
  const sources =
    'projected: {defaultMode: 292, sources: [{configMap: {name: m}}, ' +
    '{secret: {name: s, items: [{key: user, path: b}]}}, ' +
    '{downwardAPI: {items: [{path: ns, fieldRef: {fieldPath: metadata.namespace}}]}}]}';
  const pod = given().pod(mounting(sources));
  expect(await pod.run('ls /v; cat /v/b /v/ns; ls -lL /v | cut -c1-10 | sort -u')).toBe(
    'a.conf\nb\nns\nz\nrootns-r--r--r--\ntotal 16\n',
  );
});

test.each([
  ['configMap: {name: no, optional: true}', ''],
  ['configMap: {name: m, optional: true, items: [{key: no, path: x}, {key: b, path: y}]}', 'y\n'],
  ['secret: {secretName: s, optional: true, items: [{key: no, path: x}]}', ''],
  ['projected: {sources: [{secret: {name: no, optional: true}}, {configMap: {name: m}}]}', 'a.conf\nb\nz\n'],
])('what is optional may be missing: %s', async (volume, files) => {
  const pod = given().pod(mounting(volume));
  expect(pod.mountProblems()).toEqual([]);
  expect(await pod.run('ls /v')).toBe(files);
});

test.each([
  ['configMap: {name: no}', 'configmap "no" not found'],
  ['secret: {secretName: no}', 'secret "no" not found'],
  ['configMap: {name: m, items: [{key: no, path: x}]}', 'configmap references non-existent config key: no'],
  ['secret: {secretName: s, items: [{key: no, path: x}]}', 'references non-existent secret key: no'],
  [
    'projected: {sources: [{configMap: {name: no}}, {secret: {name: s}}, {secret: {name: other}}]}',
    '[configmap "no" not found, secret "other" not found]',
  ],
  [
    'downwardAPI: {items: [{path: x, resourceFieldRef: {containerName: no, resource: limits.cpu}}]}',
    'container no not found',
  ],
  ['projected: {sources: [{podCertificate: {signerName: a.b/c, keyType: ED25519}}]}', 'nobody signs'],
])('a volume that lacks something cannot be mounted: %s', (volume, message) => {
  const pod = given().pod(mounting(volume));
  expect(pod.mountProblems()).toEqual([`MountVolume.SetUp failed for volume "v" : ${message}`]);
});

test('what is mounted inside of such a volume has its place there', async () => {
  const pod = given().pod(
    '{containers: [{name: c, volumeMounts: [{name: v, mountPath: /v/in/side}, {name: m, mountPath: /v}]}], ' +
      'volumes: [{name: v, emptyDir: {}}, {name: m, configMap: {name: m}}]}',
  );
  expect(await pod.run('echo mine > /v/in/side/f; cat /v/in/side/f /v/b; ls /v')).toBe('mine\nbeea.conf\nb\nin\nz\n');
});
