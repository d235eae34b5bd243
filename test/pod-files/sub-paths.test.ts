import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const MAP = '{kind: ConfigMap, metadata: {name: m, namespace: ns}, data: {a.conf: conf, b: bee}}';
const mounting = (mount: string, more = ''): string =>
  `{containers: [{name: c, ${more} volumeMounts: [{name: v, mountPath: /all}, {name: v, mountPath: /part, ${mount}}, ` +
  '{name: m, mountPath: /etc/a.conf, subPath: a.conf}]}], ' +
  'volumes: [{name: v, emptyDir: {}}, {name: m, configMap: {name: m}}]}';

test('a part of a volume is made when it is missing, as open as the volume', async () => {
  const pod = new Surroundings(MAP).pod(mounting('subPath: x/y'));
  expect(pod.problem()).toBeUndefined();
  expect(await pod.run('echo in > /part/f; cat /all/x/y/f; ls -ld /all/x /all/x/y | cut -c1-10; cat /etc/a.conf')).toBe(
    'in\ndrwxrwxrwx\ndrwxrwxrwx\nconf',
  );
});

test('its name may come from variables', async () => {
  const env =
    'env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: DIR, value: "logs-$(POD)"}],';
  const pod = new Surroundings(MAP).pod(mounting('subPathExpr: $(DIR)/$$x', env));
  expect(await pod.run('touch /part/f; ls -R /all | grep -v "^$"')).toBe(
    '/all:\nlogs-p\n/all/logs-p:\n$x\n/all/logs-p/$x:\nf\n',
  );
});

test.each([
  ['subPathExpr: $(NOPE)/$(EMPTY)', 'missing value for EMPTY, NOPE'],
  ['subPathExpr: $(UP)', "unable to provision SubPath `../x`: must not contain '..'"],
  ['subPathExpr: $(ROOT)', 'error SubPath `/etc` must not be an absolute path'],
])('a container with %s cannot be made', (mount, message) => {
  const env = 'env: [{name: EMPTY}, {name: UP, value: ../x}, {name: ROOT, value: /etc}],';
  expect(new Surroundings(MAP).pod(mounting(mount, env)).problem()).toBe(message);
});

test.each([
  ['mkdir /all/etc; ln -s /etc /all/l', 'failed to prepare subPath for volumeMount "v" of container "c"'],
  ['mkdir /all/etc; ln -s ../../etc /all/l', 'failed to prepare subPath for volumeMount "v" of container "c"'],
  ['echo x > /all/l', 'failed to create subPath directory for volumeMount "v" of container "c"'],
  ['mkdir /all/d; ln -s d /all/l', undefined],
])('a part that leads out of its volume is refused, after %s', async (script, message) => {
  const objects = new Surroundings(
    MAP,
    '{kind: PersistentVolumeClaim, metadata: {name: d, namespace: ns, uid: c1}, spec: {volumeName: pv}, ' +
      'status: {phase: Bound}}',
    '{kind: PersistentVolume, metadata: {name: pv, uid: pv1}, spec: {claimRef: {uid: c1}, csi: {driver: d}}}',
  );
  const claiming = (mount: string): string =>
    mounting(mount).replace('emptyDir: {}', 'persistentVolumeClaim: {claimName: d}');
  await objects.pod(claiming('subPath: other')).run(script);
  expect(objects.pod(claiming('subPath: l/in')).problem()).toBe(message);
});

test('a key that a config map lacks is an empty directory', async () => {
  const pod = new Surroundings(MAP).pod(mounting('subPath: x').replace('subPath: a.conf', 'subPath: none'));
  expect(await pod.run('ls -ld /etc/a.conf | cut -c1; ls /etc/a.conf')).toBe('d\n');
});

test('what is mounted over a file of the image hides it', async () => {
  const spec =
    '{containers: [{name: c, volumeMounts: [{name: m, mountPath: /etc/passwd, subPath: b}, ' +
    '{name: m, mountPath: /etc/hosts, subPath: a.conf}]}], volumes: [{name: m, configMap: {name: m}}]}';
  expect(await new Surroundings(MAP).pod(spec).run('cat /etc/passwd /etc/hosts; head -1 /etc/group')).toBe(
    'beeconfroot:x:0:\n',
  );
});
