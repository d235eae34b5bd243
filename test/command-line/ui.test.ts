import { afterAll, beforeAll, expect, test } from 'vitest';
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
