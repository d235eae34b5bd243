import { expect, test } from 'vitest';
import { FileTree } from '../../controllers/kubelet/runtime/machine/file-tree.ts';
import { FileView } from '../../controllers/kubelet/runtime/machine/file-view.ts';
import { ROOT } from '../../controllers/kubelet/runtime/machine/inode.ts';
import { systemClock } from '../../server/base/clock.ts';
import { newMachine, runCommand, runScript } from '../shell/simulated.ts';

const clock = systemClock();

function volumeWith(files: Readonly<Record<string, string>>): FileTree {
  const tree = new FileTree({ clock });
  const view = new FileView(tree);
  for (const [path, text] of Object.entries(files)) {
    view.makePath(path.slice(0, path.lastIndexOf('/')) || '/');
    view.open(path, { write: true, create: 0o644 }, ROOT).tryWrite(Buffer.from(text));
  }
  return tree;
}

test('two containers share a volume', async () => {
  const tree = new FileTree({ clock });
  const one = newMachine({ mounts: () => [{ path: '/data', tree }] });
  const other = newMachine({ mounts: () => [{ path: '/elsewhere', tree }] });
  await runScript('mkdir /data/d; echo shared > /data/d/f; ln -s d/f /data/l', one);
  expect((await runScript('cat /elsewhere/l; echo more >> /elsewhere/d/f', other)).stdout).toBe('shared\n');
  expect(
    (await runScript('cat /data/d/f; cat /elsewhere/d/f', newMachine({ mounts: () => [{ path: '/data', tree }] })))
      .stdout,
  ).toBe('shared\nmore\n');
});

test('a read-only mount refuses every change', async () => {
  const tree = volumeWith({ '/f': 'fixed\n', '/d/g': 'x' });
  const machine = newMachine({ mounts: () => [{ path: '/etc/config', tree, readOnly: true }] });
  const script = 'cd /etc/config; cat f; echo x > f; rm f; mkdir e; mv f g; chmod 600 f; touch n; ln -s f l; rm -r d';
  const { stdout, stderr } = await runScript(script, machine);
  expect(stdout).toBe('fixed\n');
  expect(stderr.trim().split('\n')).toHaveLength(8);
  expect(stderr.match(/Read-only file system/g)).toHaveLength(8);
});

test('a subPath shows a part of a volume, even a single file', async () => {
  const tree = volumeWith({ '/a/b/f': 'deep\n', '/conf': 'one file\n' });
  const machine = newMachine({
    mounts: () => [
      { path: '/sub', tree, subPath: 'a/b' },
      { path: '/etc/app/app.conf', tree, subPath: 'conf' },
    ],
  });
  expect((await runScript('ls /sub; cat /sub/f /etc/app/app.conf; ls /etc/app; cd /sub/..; pwd', machine)).stdout).toBe(
    'f\ndeep\none file\napp.conf\n/\n',
  );
});

test('a volume that changes from outside is seen at once, through the link that is swapped', async () => {
  const tree = volumeWith({ '/..first/key': 'old\n' });
  const view = new FileView(tree);
  view.makeLink('..first', '/..data', ROOT);
  view.makeLink('..data/key', '/key', ROOT);
  const machine = newMachine({ mounts: () => [{ path: '/conf', tree }] });
  expect((await runScript('cat /conf/key', machine)).stdout).toBe('old\n');
  const again = newMachine({ mounts: () => [{ path: '/conf', tree }] });
  view.makePath('/..second');
  view.open('/..second/key', { write: true, create: 0o644 }, ROOT).tryWrite(Buffer.from('new\n'));
  view.makeLink('..second', '/..tmp', ROOT);
  view.rename('/..tmp', '/..data', ROOT);
  expect((await runScript('cat /conf/key; ls -A /conf', again)).stdout).toBe('new\n..data\n..first\n..second\nkey\n');
});

test('containers of an image share its files until they write', async () => {
  const [one, other] = [newMachine(), newMachine()];
  await runScript('echo mine > /etc/hostname; rm /bin/ls; rm -r /etc/group', one);
  expect((await runScript('cat /etc/hostname; ls -d /bin/ls /etc/group', other)).stdout).toBe(
    'localhost\n/bin/ls\n/etc/group\n',
  );
});

test('files that the container runtime writes are there', async () => {
  const machine = newMachine({ files: () => ({ '/etc/hosts': '127.0.0.1\tlocalhost\n10.0.0.1\tweb-0\n' }) });
  expect((await runScript('tail -1 /etc/hosts; hostname', machine)).stdout).toBe('10.0.0.1\tweb-0\nweb-0\n');
});

test('a user who is not root may do what the modes allow', async () => {
  const machine = newMachine();
  const first = await machine.start(['sleep', '100'], {});
  await runScript('echo secret > s; chmod 600 s; mkdir open; chmod 777 open', machine);
  const { stdout, stderr } = await runCommand(
    machine,
    [
      'sh',
      '-c',
      'cat s; echo x > /etc/x; echo mine > open/f; cat open/f; id -u; kill 1; ls -ln open | tail -1 | cut -c1-25',
    ],
    { uid: 1000, gid: 2000 },
  );
  expect(stdout).toBe('mine\n1000\n-rw-r--r--    1 1000     \n');
  expect(stderr).toBe(
    "cat: can't open 's': Permission denied\nsh: can't create /etc/x: Permission denied\n" +
      "sh: can't kill pid 1: Operation not permitted\n",
  );
  first.signal('KILL');
});
