import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

const LINE = /kubectl get nodes\n/;

async function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
  const ports = ['--port=0', '--proxy-port=0'];
  const child = spawn(process.execPath, [cli.program, 'start', ...ports, ...args], {
    cwd: cli.folder,
    env: { PATH: process.env.PATH ?? '', HOME: cli.folder, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for await (const part of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(part);
    if (LINE.test(text)) break;
  }
  return child;
}

test.each([
  ['the flag', ['--stop-with-stdin'], {}],
  ['its variable', [], { FAUXKUBE_STOP_WITH_STDIN: 'true' }],
])('%s lets a cluster end in order with its standard input', async (_name, args, env) => {
  const child = await started(args, env);
  child.stdin?.write('what is written is for nobody\n');
  const ended = once(child, 'exit');
  child.stdin?.end();
  expect(await ended).toEqual([0, null]);
});

test('without it a cluster goes on', async () => {
  const child = await started([], { FAUXKUBE_STOP_WITH_STDIN: 'false' });
  child.stdin?.end();
  const ended = once(child, 'exit');
  const waited = await cli.run(['wait', '--kubeconfig', cli.file('.fauxkube/kubeconfig')]);
  expect([waited.code, child.exitCode]).toEqual([0, null]);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
