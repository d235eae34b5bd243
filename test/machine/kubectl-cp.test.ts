import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { busyMachine, runCommand, runScript } from '../shell/simulated.ts';

/** What kubectl runs at the other end: archives of the system's own tar have to pass both ways. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cp-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const LONG_NAME = `${'deep/'.repeat(30)}${'n'.repeat(120)}`;

test('an archive from outside is unpacked', async () => {
  mkdirSync(join(folder, 'd', LONG_NAME.slice(0, LONG_NAME.lastIndexOf('/'))), { recursive: true });
  writeFileSync(join(folder, 'd', 'binary'), Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255)));
  writeFileSync(join(folder, 'd', LONG_NAME), 'long\n');
  symlinkSync('binary', join(folder, 'd', 'link'));
  for (const format of ['gnu', 'pax']) {
    const machine = await busyMachine();
    const stdin = new PassThrough();
    stdin.end(execFileSync('tar', [`--format=${format}`, '-C', folder, '-cf', '-', 'd']));
    const { exitCode, stderr } = await runCommand(machine, ['tar', '-xmf', '-', '-C', '/w'], { stdin });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { stdout } = await runScript(`md5sum < d/binary; cat d/${LONG_NAME}; readlink d/link`, machine);
    const sum = execFileSync('md5sum', [join(folder, 'd', 'binary')], { encoding: 'utf8' }).slice(0, 32);
    expect(stdout).toBe(`${sum}  -\nlong\nbinary\n`);
    machine.stop();
  }
});

test('an archive from inside can be read by others', async () => {
  const machine = await busyMachine();
  const name = LONG_NAME;
  await runScript(
    `mkdir -p d/${name.slice(0, name.lastIndexOf('/'))}; echo hi > d/f; echo long > d/${name}; ln -s f d/l`,
    machine,
  );
  const { stdout } = await runCommand(machine, ['tar', 'cf', '-', 'd']);
  expect(stdout.length % 10_240).toBe(0);
  execFileSync('tar', ['-C', folder, '-xf', '-'], { input: Buffer.from(stdout, 'latin1') });
  expect(readFileSync(join(folder, 'd', 'l'), 'utf8')).toBe('hi\n');
  expect(readFileSync(join(folder, 'd', name), 'utf8')).toBe('long\n');
});

test('a missing file fails as kubectl expects it', async () => {
  const { exitCode, stderr } = await runScript('tar cf - nofile | wc -c; tar cf - nofile > /dev/null');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('tar: nofile: No such file or directory\n');
});

test('an archive that is none is refused', async () => {
  const { exitCode, stderr } = await runScript(`head -c 2000 /dev/urandom | tar xf -`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'tar: invalid tar magic\n' });
});
