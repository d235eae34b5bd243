import { copyFile, rename } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
let url: string;
beforeAll(async () => {
  cli = await commandLine();
  ({ url } = await cli.start());
});
afterAll(async () => {
  await cli.endAll();
  await cli[Symbol.asyncDispose]();
});

const COMMANDS = [
  ['wait', '--timeout', '0'],
  ['kubeconfig', '--user', 'jane'],
  ['controllers', 'list'],
  ['controllers', 'disable', 'job'],
  ['clock', 'show'],
  ['settle'],
  ['requests'],
  ['savepoint', 'list'],
];

it.each(COMMANDS)('%s %s asks the cluster of this folder, or that of KUBECONFIG', async (...args) => {
  expect(await cli.run(args)).toMatchObject({ code: 0, stderr: '' });
  const elsewhere = await cli.run(args, { KUBECONFIG: 'nowhere' });
  expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere') as string });
  // A flag wins.
  const named = [...args, '--kubeconfig', '.fauxkube/kubeconfig'];
  expect(await cli.run(named, { KUBECONFIG: 'nowhere' })).toMatchObject({ code: 0, stderr: '' });
});

it('fauxkube controllers --only looks into KUBECONFIG as well', async () => {
  const ended = await cli.run(['controllers', '--only', 'job'], { KUBECONFIG: 'nowhere' });
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere') as string });
});

it('fauxkube wait takes a URL before a file that was not named', async () => {
  const env = { KUBECONFIG: 'nowhere' };
  expect(await cli.run(['wait', '--timeout', '0', '--url', url], env)).toMatchObject({ code: 0 });
  const none = ['wait', '--timeout', '0', '--url', 'https://127.0.0.1:1'];
  expect(await cli.run(none)).toMatchObject({ code: 1 });
  expect(await cli.run([...none, '--kubeconfig', '.fauxkube/kubeconfig'])).toMatchObject({ code: 0 });
});

it('fauxkube start says when it takes over the kubeconfig of a server that runs', async () => {
  await copyFile(cli.file('.fauxkube/kubeconfig'), cli.file('first'));
  const { process } = await cli.start();
  const { port } = new URL(url);
  const line = await process.printed(/^fauxkube: .*\n/m, 'stderr');
  expect(line[0]).toContain(`.fauxkube/kubeconfig was that of a server that still runs, on port ${port}; `);
  process.kill('SIGTERM');
  await process.ended;

  // Now it is of one that has ended, then of the first again: a file of one's own is nobody's business.
  const third = await cli.start();
  third.process.kill('SIGTERM');
  expect((await third.process.ended).stderr).toBe('');
  await rename(cli.file('first'), cli.file('.fauxkube/kubeconfig'));
  const fourth = await cli.start(['--kubeconfig=own']);
  fourth.process.kill('SIGTERM');
  expect((await fourth.process.ended).stderr).toBe('');
});
