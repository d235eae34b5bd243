import { expect, test } from 'vitest';
import { type CelEnvironment, CelFault, celEnvironment, compile } from '../../server/schema/cel/compile.ts';
import { schemaDeclaration } from '../../server/schema/cel/types/schema-declaration.ts';
import { expressionGroups } from '../support/cel-cases.ts';
import { golden } from '../support/golden.ts';

interface Rule {
  readonly rule: string;
  readonly problems: readonly string[];
}

const BUDGET = 10_000_000;
const ADVICE =
  'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are ' +
  'declared';

/** What a server says of a rule when a custom resource definition is created. */
function problemsOf(rule: string, environment: CelEnvironment): string[] {
  const compiled = compile(rule, environment);
  if (compiled instanceof CelFault && compiled.stage === 'compile') return [`compilation failed: ${compiled.message}`];
  if (compiled.type?.kind !== 'bool') return ['cel expression must evaluate to a bool'];
  if (compiled instanceof CelFault) return [`program instantiation failed: ${compiled.message}`];
  const factor = compiled.estimateCost().max / BUDGET;
  if (factor <= 1) return [];
  const text = factor > 100 ? 'more than 100x' : `${factor.toFixed(1)}x`;
  return [`Forbidden: estimated rule cost exceeds budget by factor of ${text} (${ADVICE})`];
}

/** A server makes up the names of objects. */
const named = (text: string): string => text.replace(/selfType\d+/g, 'selfType');

test('rules are refused for the reasons that a real server gives', () => {
  const schema = expressionGroups().find(({ name }) => name === 'schema')?.schema ?? {};
  const self = schemaDeclaration(schema, 'selfType', true);
  if (!self) throw new Error('expressions cannot see the schema');
  const environment = celEnvironment({ self, oldSelf: self });
  const rules = golden<Rule>('cel/rules.json');
  expect(rules.length).toBeGreaterThan(1000);
  const found = rules.map(({ rule }) => ({ rule, problems: problemsOf(rule, environment) }));
  expect(found).toEqual(rules.map(({ rule, problems }) => ({ rule, problems: problems.map(named) })));
});
