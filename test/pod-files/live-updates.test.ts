import { expect, test } from 'vitest';
import { startLive } from '../shell/simulated.ts';
import { Surroundings } from './simulated-pod.ts';

const map = (data: string, more = ''): string =>
  `{kind: ConfigMap, metadata: {name: m, namespace: ns}, data: {${data}}${more}}`;
const SPEC =
  '{containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /one, subPath: a}]}], ' +
  'volumes: [{name: v, configMap: {name: m}}]}';

test('who looks again finds what has changed', async () => {
  const objects = new Surroundings(map('a: old, b: gone'));
  const pod = objects.pod(SPEC);
  const machine = await pod.machine();
  expect(await pod.run('cat /v/a; ls /v', { machine })).toBe('olda\nb\n');
  objects.apply(map('a: new, c: added'));
  expect(await pod.run('cat /v/a; ls /v', { machine })).toBe('newa\nc\n');
});

test('a process that goes on finds it, too', async () => {
  const objects = new Surroundings(map('a: old'));
  const pod = objects.pod(SPEC);
  const live = await startLive(await pod.machine(), ['sh', '-c', 'while read x; do cat /v/a; echo; done']);
  live.stdin.write('\n');
  await live.until('old\n');
  objects.apply(map('a: new'));
  live.stdin.write('\n');
  await live.until('new\n');
  live.process.signal('KILL', { evenFirst: true });
});

test('all files change at once, and one that is open stays as it was', async () => {
  const objects = new Surroundings(map('a: old-a, b: old-b'));
  const pod = objects.pod(SPEC);
  const machine = await pod.machine();
  const live = await startLive(machine, [
    'sh',
    '-c',
    'exec 3< /v/b; readlink /v/..data; read x; cat <&3; cat /v/b; read x',
  ]);
  await live.until('000001\n');
  objects.apply(map('a: new-a, b: new-b'));
  live.stdin.write('\n');
  await live.until('old-bnew-b');
  expect(await pod.run('ls -d /v/..2* | wc -l; readlink /v/..data', { machine })).toBe(
    '1\n..2026_11_23_07_30_00.000000002\n',
  );
});

test('a part of a volume stays as it was when it was mounted', async () => {
  const objects = new Surroundings(map('a: old'));
  const pod = objects.pod(SPEC);
  const machine = await pod.machine();
  expect(await pod.run('cat /one', { machine })).toBe('old');
  objects.apply(map('a: new'));
  expect(await pod.run('cat /one /v/a', { machine })).toBe('oldnew');
  // Another run of the container mounts anew.
  expect(await pod.run('cat /one')).toBe('new');
});

test('an object that is gone leaves its files behind, and so does a key that is missed', async () => {
  const objects = new Surroundings(map('a: kept'));
  const pod = objects.pod(SPEC.replace('{name: m}', '{name: m, items: [{key: a, path: a}]}'));
  const machine = await pod.machine();
  expect(await pod.run('cat /v/a', { machine })).toBe('kept');
  objects.remove('ConfigMap', 'm');
  expect(await pod.run('cat /v/a', { machine })).toBe('kept');
  objects.apply(map('b: other'));
  expect(await pod.run('cat /v/a', { machine })).toBe('kept');
});

test('an optional object may come and go', async () => {
  const objects = new Surroundings();
  const pod = objects.pod(
    '{containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}]}], ' +
      'volumes: [{name: v, secret: {secretName: s, optional: true}}]}',
  );
  const machine = await pod.machine();
  expect(await pod.run('ls /v', { machine })).toBe('');
  objects.apply('{kind: Secret, metadata: {name: s, namespace: ns}, data: {k: dg==}}');
  expect(await pod.run('cat /v/k', { machine })).toBe('v');
  objects.remove('Secret', 's');
  expect(await pod.run('ls /v', { machine })).toBe('');
});

test('a change that changes no file makes no new version', async () => {
  const objects = new Surroundings(map('a: same'));
  const pod = objects.pod(SPEC);
  const machine = await pod.machine();
  const before = await pod.run('readlink /v/..data', { machine });
  objects.apply(map('a: same', ', immutable: true'));
  expect(await pod.run('readlink /v/..data', { machine })).toBe(before);
});
