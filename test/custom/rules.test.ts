/** Rules of `x-kubernetes-validations`: what a real server says to them, and to objects that keep or break them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RULE_CASES } from '../golden/record/custom/rule-cases.ts';
import { golden } from '../support/golden.ts';
import { type AskRules, playRules } from '../support/rule-replay.ts';
import { type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const recorded = golden<{ readonly name: string; readonly answers: readonly object[] }>('custom/rules.json');

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const ask: AskRules = async (method, path, body, type = 'application/json') => {
  const headers = [['Content-Type', type]] as const;
  const answer = await cluster.ask(method, path, { headers, ...(body && { body }) });
  const { warning } = answer.headers;
  return { code: answer.status, json: answer.body, warnings: warning === undefined ? [] : [warning].flat() };
};

/** Causes of one object follow Go's maps, which have no order. */
const sorted = (answer: object): object => {
  const { causes } = answer as { causes?: readonly object[] };
  return causes ? { ...answer, causes: causes.map((cause) => JSON.stringify(cause)).sort() } : answer;
};

describe('rules of custom resources answer as those of a real server', () => {
  test.each(RULE_CASES.map((one, index) => ({ ...one, index })))('$name', async ({ index, ...one }) => {
    const answers = await playRules(one, index, ask, () => Promise.resolve());
    expect(recorded[index]?.name).toBe(one.name);
    expect(answers.map(sorted)).toEqual(recorded[index]?.answers.map(sorted));
  });
});
