import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubernetesVersions } from '../../server/schema/kubernetes-versions.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const [kubernetes, ...older] = kubernetesVersions();

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

test('fauxkube version tells what it is and what it serves', async () => {
  const text = await cli.run(['version']);
  expect(text).toMatchObject({
    code: 0,
    stdout:
      `fauxkube ${version}\nKubernetes ${kubernetes}; with --kubernetes-version ${older.join(', ')}\n` +
      `Node ${process.version}\n`,
  });
  const { stdout } = await cli.run(['version', '--output', 'json']);
  expect(JSON.parse(stdout)).toEqual({ fauxkube: version, kubernetes, older, node: process.version });
});
