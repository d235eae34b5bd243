import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

test.each([
  ['flag', ['--kubernetes-version=v1.31.4'], {}],
  ['variable', [], { FAUXKUBE_KUBERNETES_VERSION: 'v1.31.4' }],
])('the version is chosen by a %s', async (_, flags, variables) => {
  const { process, url } = await cli.start(flags, variables);
  expect(process.stdout).toContain('fauxkube is ready: Kubernetes v1.31.4 on ');
  // Servers before 1.33 emulate nobody.
  expect(JSON.parse((await ask(`${url}/version`)).text)).toEqual({
    major: '1',
    minor: '31',
    gitVersion: 'v1.31.4',
    gitCommit: expect.any(String),
    gitTreeState: 'clean',
    buildDate: expect.any(String),
    goVersion: expect.any(String),
    compiler: expect.any(String),
    platform: expect.any(String),
  });
});

test('a version that there is not ends the start with those that there are', async () => {
  const { code, stderr } = await cli.run(['start', '--kubernetes-version', '1.29']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^fauxkube: --kubernetes-version has to be one of 1\.30\.\d+, .*, 1\.37\.2, .* is "1\.29"\n$/);
});
