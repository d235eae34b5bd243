import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { runScript } from './simulated.ts';

test('the files of the host are not there', async () => {
  const here = import.meta.dirname;
  const { stdout, stderr } = await runScript(`ls ${here} 2>&1; cat /proc/self/environ | tr '\\0' '\\n' | cut -d= -f1`);
  expect(stdout).toContain('No such file or directory');
  expect(stdout).not.toContain(basename(import.meta.filename));
  expect(stderr).toBe('');
});

test('the environment of the host is not there', async () => {
  const { stdout } = await runScript('env | cut -d= -f1 | sort');
  expect(stdout).toBe('HOME\nHOSTNAME\nPATH\nPWD\nSHLVL\n');
});

test('/proc knows the processes of the machine only', async () => {
  const { stdout } = await runScript('ps -o pid,args; ls /proc | grep -c "^[0-9]"');
  expect(stdout).toContain('sleep infinity');
  expect(stdout).not.toContain('node');
});

test('the root has no way out', async () => {
  const { stdout } = await runScript('cd /; cd ../../..; pwd; ls -d ../../etc; cat /etc/hostname');
  expect(stdout).toBe('/\n../../etc\nlocalhost\n');
  expect(readFileSync('package.json', 'utf8')).toContain('fauxkube');
});

test('an archive writes nothing above the directory that it is unpacked into', async () => {
  const script =
    'mkdir a; echo evil > a/f; tar cf x.tar a/f; sed -i "s|a/f|../|" x.tar 2>/dev/null; cd a; tar xf ../x.tar; ls ..';
  const { stdout } = await runScript(script);
  expect(stdout).toBe('a\nx.tar\n');
});

test('without a network nothing can be reached', async () => {
  const { exitCode, stderr } = await runScript('wget -q -O - http://127.0.0.1:1/');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: "wget: can't connect to remote host (127.0.0.1): No route to host\n",
  });
});
