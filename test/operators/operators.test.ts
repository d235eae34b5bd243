/** Real operators' definitions and objects, against what a real server answered. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { golden } from '../support/golden.ts';
import { type Connection, connect } from './connection.ts';
import { mutants } from './mutants.ts';
import { OPERATORS } from './operators.ts';
import { NAMESPACE, type Outcome, Play } from './play.ts';

type Recorded = Outcome & { readonly about: 'definition' | 'published' | 'object' | 'mutant' };

const nothingToWaitFor = (): Promise<void> => Promise.reject(new Error('it is served when its creation is answered'));

/** As JSON has it: without fields that are undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

describe.each(OPERATORS.map((operator) => [operator.name, operator] as const))('%s', (name, operator) => {
  const recorded = golden<Recorded>(`operators/${name}.json`);
  const of = (about: Recorded['about']): Recorded[] => recorded.filter((one) => one.about === about);
  let cluster: RunningCluster;
  let connection: Connection;
  let play: Play;

  beforeAll(async () => {
    cluster = await startCluster({ port: 0, proxyPort: 0, logLevel: 'error' });
    connection = connect(cluster.kubeconfig());
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    play = new Play(operator, connection.ask, NAMESPACE, nothingToWaitFor);
  });

  afterAll(async () => {
    connection[Symbol.dispose]();
    await cluster.stop();
  });

  const only = <T>(list: readonly T[], titleOf: (one: T) => string, title: string): T => {
    const found = list.find((one) => titleOf(one) === title);
    if (!found) throw new Error(`${title} is not in the module any more: record the answers anew`);
    return found;
  };
  const definition = (title: string): Play['definitions'][number] =>
    only(play.definitions, ({ metadata }) => metadata.name, title);

  test.each(of('definition').map((one) => [one.title, one] as const))('%s is installed', async (title, expected) => {
    expect(plain({ about: 'definition', ...(await play.install(definition(title))) })).toEqual(expected);
  });

  test.each(of('published').map((one) => [one.title, one] as const))('%s is published', async (title, expected) => {
    expect(plain({ about: 'published', ...(await play.published(definition(title))) })).toEqual(expected);
  });

  test.each(of('object').map((one) => [one.title, one] as const))('%s', async (title, expected) => {
    const sample = only(play.samples, (one) => one.title, title);
    expect(plain({ about: 'object', ...(await play.send(sample)) })).toEqual(expected);
  });

  const broken = lazily(() => {
    const accepted = new Set(of('object').flatMap(({ code, title }) => (code === 201 ? [title] : [])));
    const base = play.samples.filter(({ title, change }) => change === undefined && accepted.has(title));
    return mutants(base, of('mutant').length);
  });

  test.each(of('mutant').map((one, number) => [one.title, number, one] as const))('%s', async (_, number, expected) => {
    const sample = broken()[number];
    if (!sample) throw new Error('there is nothing to change');
    expect(plain({ about: 'mutant', ...(await play.send(sample)) })).toEqual(expected);
  });
});
