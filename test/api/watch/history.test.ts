import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, type Credentials, readKubeconfigFile } from '../../support/ask.ts';
import { type CommandLine, commandLine } from '../../support/command-line.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const CHANGES = 8;

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterEach(() => cli.endAll());
afterAll(() => cli[Symbol.asyncDispose]());

interface Answer {
  readonly code?: number;
  readonly metadata: { readonly resourceVersion: string };
}

/** A server without nodes and controllers, in which nothing happens but what the test does. */
async function started(...flags: string[]) {
  const server = await cli.start(['--nodes=0', '--controllers=-*', ...flags]);
  const credentials: Credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
  const headers = { 'content-type': 'application/json' };
  const request = async (path: string, method = 'GET', body?: object): Promise<Answer> => {
    const asked = { credentials, method, headers, ...(body && { body: JSON.stringify(body) }) };
    return JSON.parse((await ask(`${server.url}${path}`, asked)).text) as Answer;
  };
  const created = async (name: string): Promise<string> =>
    (await request(MAPS, 'POST', { metadata: { name } })).metadata.resourceVersion;
  const listedAt = (revision: string): Promise<Answer> =>
    request(`${MAPS}?resourceVersion=${revision}&resourceVersionMatch=Exact`);
  return { created, listedAt };
}

test('--history-events says how many changes a list may go back', async () => {
  const { created, listedAt } = await started('--history-events=5');
  const revisions: string[] = [];
  for (let i = 0; i < CHANGES; i++) revisions.push(await created(`m${i}`));
  const [first = '', last = ''] = [revisions[0], revisions.at(-2)];
  expect(await listedAt(last)).toMatchObject({ metadata: { resourceVersion: last } });
  expect(await listedAt(first)).toMatchObject({ code: 410, reason: 'Expired' });
});

test('--history-age says how long changes are kept', async () => {
  const { created, listedAt } = await started('--history-age=50ms');
  const first = await created('first');
  // The newest change stays whatever its age.
  for (const name of ['second', 'third']) await created(name);
  await expect.poll(() => listedAt(first)).toMatchObject({ code: 410, reason: 'Expired' });
});
