import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, readKubeconfig } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
  await cli.start([]);
});
afterAll(() => cli[Symbol.asyncDispose]());

test('a virtual cluster is made by a command that prints its kubeconfig', async () => {
  const { stdout, code } = await cli.run(['clusters', 'create', 'ci-7', '--idle-timeout', '10m']);
  expect(code).toBe(0);
  const { server, ...credentials } = readKubeconfig(stdout);
  expect(server).toMatch(/\/clusters\/ci-7$/);
  expect((await ask(`${server}/api/v1/nodes`, { credentials })).status).toBe(200);
  expect((await cli.run(['clusters', 'list'])).stdout).toBe(`ci-7 from fixtures running ${server}\n`);
  const listed = JSON.parse((await cli.run(['clusters', 'list', '--output', 'json'])).stdout) as object;
  expect(listed).toMatchObject({ clusters: [{ name: 'ci-7', idleTimeoutSeconds: 600 }] });
  expect((await cli.run(['clusters', 'kubeconfig', 'ci-7'])).stdout).toContain(`server: ${server}\n`);
});

test('commands say what is wrong, and end with 1', async () => {
  expect(await cli.run(['clusters', 'delete', 'nobody'])).toEqual({
    stdout: '',
    stderr: 'fauxkube: there is no virtual cluster "nobody"\n',
    code: 1,
    signal: null,
  });
  const { stdout } = await cli.run(['clusters', 'delete', 'ci-7']);
  expect(stdout).toBe('cluster/ci-7 deleted\n');
});
