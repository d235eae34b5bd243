import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterEach(() => cli.endAll());
afterAll(() => cli[Symbol.asyncDispose]());

const POLICY = '{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata}]}';

test('a cluster goes on when whoever read its first line is gone', async () => {
  await writeFile(cli.file('policy.yaml'), POLICY);
  const process = cli.spawn([
    'start',
    '--port=0',
    '--proxy-port=0',
    `--audit-policy-file=${cli.file('policy.yaml')}`,
    '--audit-log-path=-',
    '--log-level=silent',
  ]);
  // Standard output is the audit log's.
  const [banner, url] = await process.printed(/^.* on (https:\S+)[\s\S]*kubectl get nodes\n/, 'stderr');
  process.stopReading();
  const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
  for (let i = 0; i < 20; i++)
    expect((await ask(`${url}/api/v1/namespaces/default`, { credentials })).status).toBe(200);
  process.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 0, stderr: banner });
});

test('a text that nobody reads is no error', async () => {
  const help = cli.spawn(['start', '--help']);
  help.stopReading();
  expect(await help.ended).toMatchObject({ code: 0, stderr: '' });
});
