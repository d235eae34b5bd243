import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rest } from '../../server/base/turn.ts';
import { startProcess } from '../../server/testing/process.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
let command: readonly string[];
const kit = resolve('node_modules/.cache/fauxkube-scripts', `process-kit.${process.pid}.mjs`);
beforeAll(async () => {
  cli = await commandLine();
  await promisify(execFile)(process.execPath, ['scripts/bundle-ts.mjs', 'server/testing/process.ts', kit]);
  command = [process.execPath, cli.program];
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  rmSync(kit, { force: true });
});

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a process is ready when it is there, and has ended when it is stopped', async () => {
  writeFileSync(cli.file('a.yaml'), '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}');
  const flags = { nodes: 3, fixtures: [cli.file('a.yaml')], simulatedMetrics: true, strict: false };
  const server = await startProcess({ command, flags });
  expect(await server.client.list('nodes')).toHaveLength(3);
  expect(await server.client.get('configmap/a')).toBeDefined();
  expect(await server.client.request('GET /metrics')).toEqual({ metrics: [] });
  expect(server.kubeconfig).toContain(`server: ${server.url}\n`);
  expect(existsSync(server.kubeconfigPath)).toBe(true);
  await server.stop();
  await server.stop();
  expect(isRunning(server.pid ?? 0)).toBe(false);
  expect(existsSync(server.kubeconfigPath)).toBe(false);
});

test('what keeps it from starting is told', async () => {
  await expect(startProcess({ command, flags: { nodez: 1 } })).rejects.toThrow(
    /fauxkube did not start: it ended with 2: error: unknown option '--nodez=1'/,
  );
  await expect(startProcess({ command: ['there-is-no-such-program'] })).rejects.toThrow(/did not start: .*ENOENT/);
  const silent = [process.execPath, '--eval', 'process.stdin.resume()'];
  await expect(startProcess({ command: silent, timeoutMs: 100 })).rejects.toThrow('not ready after 0.1 s');
});

test('it ends with a parent that is killed', async () => {
  const program = cli.file('parent.mjs');
  const starter = JSON.stringify({ command });
  writeFileSync(
    program,
    `const { startProcess } = await import(process.argv[2]);
     const { pid } = await startProcess(${starter});
     console.log(pid);`,
  );
  const parent = spawn(process.execPath, [program, kit], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(printed.toString());
  expect(isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  while (isRunning(pid)) await rest(10);
});
