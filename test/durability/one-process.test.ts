import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rest } from '../../server/base/turn.ts';
import { contentsOf, openStorage, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

/** A process that does nothing until the test ends. */
async function idleProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

/** A process that has ended, and whose parent never asks how. */
async function unburiedProcess(): Promise<string> {
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(chunk.toString());
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return JSON.stringify({ pid, started: fields[19] });
    await rest(5);
  }
}

describe('one data directory', () => {
  it('is refused to a second storage of the same process, and free after close', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    await expect(openStorage(directory)).rejects.toThrow(`${directory} is in use by process ${process.pid}`);
    await first.create(keyOfMap('a'), configMap('a'));
    await first.close();
    const second = await openStorage(directory);
    expect(second.get(keyOfMap('a'))).toBeDefined();
    await second.close();
  });

  it('is refused while another process has it', async () => {
    const directory = await temporaryDirectory();
    const pid = await idleProcess();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const started = stat === '' ? '' : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '');
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid, started }));
    await expect(openStorage(directory)).rejects.toThrow(`is in use by process ${pid}. Stop that process`);
    expect(await contentsOf(directory)).toEqual({});
    expect(JSON.parse(await readFile(join(directory, 'lock'), 'utf8'))).toEqual({ pid, started });
  });

  const leftovers: [string, () => Promise<string>][] = [
    ['a process that is gone', async () => JSON.stringify({ pid: 2 ** 22 + 1, started: '1' })],
    ['an earlier process with our number', async () => JSON.stringify({ pid: process.pid, started: '1' })],
    ['a crash in the middle of taking it', async () => ''],
    ['something else', async () => 'null'],
  ];
  if (process.platform === 'linux') {
    const reused = async (): Promise<string> => JSON.stringify({ pid: await idleProcess(), started: '1' });
    leftovers.push(['a process whose number went to another one', reused]);
    leftovers.push(['a process that has ended and is still counted', unburiedProcess]);
  }

  it.each(leftovers)('is taken over from %s', async (_name, text) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lock'), await text());
    const storage = await openStorage(directory);
    await storage.create(keyOfMap('a'), configMap('a'));
    await storage.close();
    expect(Object.keys(await contentsOf(directory))).toEqual(['cluster.json']);
  });
});
