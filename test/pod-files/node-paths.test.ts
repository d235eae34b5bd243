import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const mounting = (source: string): string =>
  `{containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, hostPath: {${source}}}]}`;

test('the pods of a node share its paths, other nodes have their own', async () => {
  const objects = new Surroundings();
  await objects.pod(mounting('path: /data/x')).run('echo here > /v/f');
  expect(await objects.pod(mounting('path: /data')).run('cat /v/x/f')).toBe('here\n');
  objects.store.forgetNode('n');
  expect(await objects.pod(mounting('path: /data')).run('ls /v')).toBe('');
});

test('nothing of the machine below is seen or touched', async () => {
  const pod = new Surroundings().pod(mounting('path: /'));
  const here = import.meta.filename;
  expect(await pod.run(`ls /v; cat /v${here}; echo x > /v/tmp/of-a-pod; cat /v/etc/hostname`)).toMatch(
    /^bin\nboot\ndev\n.*var\nn\ncat: can't open .*No such file or directory\n$/s,
  );
  expect(existsSync(join('/', 'tmp', 'of-a-pod'))).toBe(false);
});

test('a node has its name, its address and its resolver', async () => {
  const pod = new Surroundings().pod(mounting('path: /etc/hosts, type: File'));
  expect(await pod.run('tail -1 /v')).toBe('172.18.0.11\tn\n');
  const etc = new Surroundings().pod(mounting('path: /etc'));
  expect(await etc.run('cat /v/hostname /v/resolv.conf')).toBe('n\nnameserver 172.18.0.1\n');
});

test.each([
  ['path: /new/dir, type: DirectoryOrCreate', 'directory\n'],
  ['path: /new/file, type: FileOrCreate', 'regular empty file\n'],
  ['path: /etc/passwd, type: File', 'regular file\n'],
  ['path: /lib/modules, type: Directory', 'directory\n'],
  ['path: /run/containerd/containerd.sock, type: Socket', 'regular empty file\n'],
])('a path is what it is to be: %s', async (source, kind) => {
  const pod = new Surroundings().pod(mounting(source));
  expect(pod.mountProblems()).toEqual([]);
  expect(await pod.run('stat -c %F /v')).toBe(kind);
});

test.each([
  [
    'path: /nope, type: Directory',
    'hostPath type check failed, /nope is not a directory, unable to determine its type: path "/nope" does not exist',
  ],
  [
    'path: /nope, type: File',
    'hostPath type check failed, /nope is not a file, unable to determine its type: path "/nope" does not exist',
  ],
  ['path: /etc, type: File', "hostPath type check failed: /etc is not a file, it's a Directory"],
  [
    'path: /etc/passwd, type: DirectoryOrCreate',
    "hostPath type check failed: /etc/passwd is not a directory, it's a File",
  ],
])('a path that is something else cannot be mounted: %s', (source, message) => {
  expect(new Surroundings().pod(mounting(source)).mountProblems()).toEqual([
    `MountVolume.SetUp failed for volume "v" : ${message}`,
  ]);
});
