import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

const [, exits = '', signals = ''] = /## Exit codes\n([\s\S]*?)\nSignals:\n([\s\S]*)$/.exec(
  readFileSync('docs/command-line.md', 'utf8'),
) as RegExpExecArray;

/** Rows of a table: the command without its name, the words of the middle, the last cell. */
const rowsOf = (table: string): [command: string, words: string, code: string][] =>
  [...table.matchAll(/^\| `fauxkube ([^`]*)` \| (.*) \| (\S+|128 \+ N) \|$/gm)].map(
    ([, command = '', words = '', code = '']) => [command, words, code],
  );

/** As a shell takes words apart, of which some are in single quotes. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
  writeFileSync(cli.file('good.yaml'), '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}', { mode: 0o644 });
  writeFileSync(cli.file('bad.yaml'), '{apiVersion: v1, kind: ConfigMap, metadata: {name: Not_Good}}');
  const { url } = await cli.start(['--journal-level=request']);
  const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
  const headers = { 'content-type': 'application/json', 'user-agent': 'operator/v1' };
  const create = (): ReturnType<typeof ask> =>
    ask(`${url}/api/v1/namespaces/default/configmaps`, {
      method: 'POST',
      headers,
      credentials,
      body: JSON.stringify({ metadata: { name: 'taken' } }),
    });
  expect((await create()).status).toBe(201);
  // A habit that is found, and a tape whose write will be refused, as it is there already.
  const merge = { ...headers, 'content-type': 'application/merge-patch+json' };
  for (let i = 0; i < 3; i++)
    await ask(`${url}/api/v1/namespaces/default/configmaps/taken`, {
      method: 'PATCH',
      headers: merge,
      credentials,
      body: '{}',
    });
  writeFileSync(cli.file('tape'), (await cli.run(['requests', 'tape', '--verb=create'])).stdout);
});
afterAll(() => cli[Symbol.asyncDispose]());

it.each(rowsOf(exits))('fauxkube %s (%s) ends with %s', async (command, _words, code) => {
  const ended = await cli.run(wordsOf(command));
  expect(`${ended.code} ${ended.stderr}`).toMatch(new RegExp(`^${code} `));
});

const started: Awaited<ReturnType<CommandLine['spawn']>>[] = [];
afterEach(() => {
  for (const process of started.splice(0)) process.kill('SIGKILL');
});

it.each(
  rowsOf(signals).flatMap(([command, words, code]) =>
    (words.match(/SIG[A-Z]+/g) ?? []).map((signal) => [command, signal as keyof typeof NUMBERS, code] as const),
  ),
)('fauxkube %s, told %s, ends with %s', async (command, signal, code) => {
  const args = wordsOf(command);
  const ports = args.length === 1 ? ['--port=0', '--proxy-port=0', '--kubeconfig=another'] : [];
  const process = cli.spawn([...args, ...ports]);
  started.push(process);
  if (args.includes('--')) await process.printed(/is ready/, 'stderr');
  else await process.printed(/kubectl get nodes\n|runs on .*\n/);
  process.kill(signal);
  expect((await process.ended).code).toBe(code === '128 + N' ? 128 + NUMBERS[signal] : Number(code));
});

it('the tables are read', () => {
  expect(rowsOf(exits).length).toBe(exits.match(/^\| `/gm)?.length);
  expect(rowsOf(signals).length).toBe(3);
});
