import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { finish, open } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
  await cli.start([]);
});
afterAll(() => cli[Symbol.asyncDispose]());

test('fauxkube ui prints an address that lets a browser in', async () => {
  const { stdout, code } = await cli.run(['ui']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/-\/ui\/\?token=\w{40}\n$/);
  const answer = await open(stdout.trim());
  await finish(answer);
  expect(answer.headers['set-cookie']).toHaveLength(1);
  const told = JSON.parse((await cli.run(['ui', '--output', 'json'])).stdout) as { url: string; expires: string };
  expect(told.url).toMatch(/\/-\/ui\/\?token=/);
  expect(Date.parse(told.expires)).toBeGreaterThan(0);
});

test('without a cluster it says what to do', async () => {
  const { stderr, code } = await cli.run(['ui', '--kubeconfig', 'nowhere']);
  expect(code).toBe(1);
  expect(stderr).toContain('choose the kubeconfig of a running cluster');
});

/** A folder that is the whole PATH: with such a program in it, or nothing. */
function pathWith(opener: string | undefined): string {
  const folder = mkdtempSync(join(cli.folder, 'bin-'));
  if (opener !== undefined) writeFileSync(join(folder, 'xdg-open'), opener, { mode: 0o755 });
  return folder;
}

// Other systems open browsers by programs of their own, which nobody can put another one in front of.
describe.runIf(process.platform === 'linux')('fauxkube ui --open', () => {
  it('hands the address that it prints to xdg-open, alone', async () => {
    const told = cli.file('told');
    const fifo = spawnSync('mkfifo', [told]);
    expect(fifo.status).toBe(0);
    const opened = readFile(told, 'utf8'); // the fifo ends when the opener has written
    const PATH = pathWith(`#!/bin/sh\nprintf '%s|' "$@" > ${told}\n`);
    const { code, stdout, stderr } = await cli.run(['ui', '--open'], { PATH });
    expect([code, stderr]).toEqual([0, '']);
    expect(await opened).toBe(`${stdout.trim()}|`);
  });

  it('says that there is none, and prints the address all the same', async () => {
    const { code, stdout, stderr } = await cli.run(['ui', '--open'], { PATH: pathWith(undefined) });
    expect(code).toBe(1);
    expect(stderr).toBe('fauxkube: there is no xdg-open to open a browser with: open the address yourself\n');
    expect(stdout).toMatch(/^https:\S+token=\w{40}\n$/);
  });

  it('says so as well when it cannot be run', async () => {
    const PATH = pathWith(undefined);
    writeFileSync(join(PATH, 'xdg-open'), '', { mode: 0o644 });
    const { code, stderr } = await cli.run(['ui', '--open'], { PATH });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^fauxkube: no browser can be opened \(.*EACCES\)/)]);
  });
});
