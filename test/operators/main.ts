/**
 * `npm run test:operators`: the definitions of real operators are created, their objects accepted and refused as by a
 * real server. `--record` writes down what the server at GOLDEN_SERVER says.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../../server/base/clock.ts';
import { rest } from '../../server/base/turn.ts';
import { ask, record } from '../golden/record/oracle.ts';
import { securedCluster } from '../support/secured-cluster.ts';
import { OPERATORS } from './modules.ts';
import { type DefinitionAnswer, playDefinitions, playSamples, removeDefinitions, type SampleAnswer } from './play.ts';

const DEFINITIONS = 'test/golden/operators/definitions.json';
const SAMPLES = 'test/golden/operators/samples.json';
const REST_MS = 100;

const recordedIn = <T>(file: string): T[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: T[] }).cases : [];

async function recordAnswers(): Promise<void> {
  const target = { ask, rest: () => rest(REST_MS) };
  const definitions = await playDefinitions(target);
  await rest(3000);
  await record(SAMPLES, await playSamples(target));
  await record(DEFINITIONS, definitions);
  await removeDefinitions(
    target,
    definitions.map(({ name }) => name),
  );
}

/** Causes of one answer follow Go's maps, which have no order. */
const comparable = (answer: object): unknown => {
  const { message, ...others } = answer as { message?: string };
  const sorted = (_all: string, head: string, list: string): string => head + list.split(', ').sort().join(', ');
  return { ...others, message: message?.replace(/^(.* is invalid: )\[(.*)\]$/s, sorted) };
};

function compare<T extends object>(nameOf: (answer: T) => string, found: readonly T[], recorded: readonly T[]): number {
  let failed = Math.abs(found.length - recorded.length);
  for (const [i, answer] of found.entries()) {
    if (isDeepStrictEqual(comparable(answer), comparable(recorded[i] ?? {}))) continue;
    failed++;
    const told = `${JSON.stringify(answer)}\n  instead of\n  ${JSON.stringify(recorded[i])}`;
    process.stdout.write(`FAIL ${nameOf(answer)}\n  ${told}\n`);
  }
  return failed;
}

async function test(): Promise<void> {
  await using cluster = await securedCluster(systemClock());
  process.stdout.write(`the definitions of ${OPERATORS.map(({ name }) => name).join(', ')}\n`);
  const target = {
    async ask(method: string, path: string, body?: object | string, type = 'application/json') {
      const headers = [['content-type', type]] as const;
      const answer = await cluster.ask(method, path, body === undefined ? {} : { body, headers });
      return { code: answer.status, json: answer.body };
    },
    rest: () => rest(REST_MS),
  };
  const definitions = await playDefinitions(target);
  const samples = await playSamples(target);
  const failed =
    compare<DefinitionAnswer>(({ name }) => name, definitions, recordedIn(DEFINITIONS)) +
    compare<SampleAnswer>(({ operator, kind, what }) => `${operator}: ${kind}: ${what}`, samples, recordedIn(SAMPLES));
  process.stdout.write(`${definitions.length + samples.length - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv.includes('--record')) await recordAnswers();
else await test();
