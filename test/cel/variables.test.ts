import { expect, test } from 'vitest';
import {
  type CelEnvironment,
  CelFault,
  type CompiledExpression,
  celEnvironment,
  compile,
  RUNTIME_COST_BUDGET,
} from '../../server/schema/cel/compile.ts';
import { DYN, mapOf, STRING } from '../../server/schema/cel/types/cel-type.ts';
import { dynamic, LazyMap, ofType, optional } from '../../server/schema/cel/types/declaration.ts';
import { maxCardinality, schemaDeclaration } from '../../server/schema/cel/types/schema-declaration.ts';
import type { Value } from '../../server/schema/cel/values/value.ts';

const schema = { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } };
const self = schemaDeclaration(schema, 'selfType', false);
if (!self) throw new Error('expressions cannot see the schema');

function compiled(text: string, environment: CelEnvironment): CompiledExpression {
  const rule = compile(text, environment);
  if (rule instanceof CelFault) throw new Error(rule.message);
  return rule;
}

test('oldSelf may be optional: what is not bound is none', () => {
  const rule = compiled('oldSelf.?a.orValue(0) < self.a', celEnvironment({ self, oldSelf: optional(self) }));
  expect(rule.uses('oldSelf')).toBe(true);
  expect(rule.evaluate({ self: { a: 1 }, oldSelf: undefined })).toMatchObject({ value: true });
  expect(rule.evaluate({ self: { a: 1 }, oldSelf: { a: 1 } })).toMatchObject({ value: false });
});

test('computed variables are computed once, and only when they are asked for', () => {
  const asked: string[] = [];
  const compute = (name: string, value: Value) => (): Value => {
    asked.push(name);
    return value;
  };
  const lazy = new LazyMap(
    new Map([
      ['one', compute('one', 1)],
      ['other', compute('other', 2)],
    ]),
  );
  const variables = ofType(mapOf(STRING, DYN), (value) => value as Value);
  const rule = compiled('variables.one + variables.one == 2', celEnvironment({ variables }));
  expect(rule.evaluate({ variables: lazy })).toMatchObject({ value: true });
  expect(asked).toEqual(['one']);
});

test('an object that needs more bytes fits into a request less often', () => {
  expect(maxCardinality(self)).toBe(Math.floor((3 * 1024 * 1024) / 9));
  expect(maxCardinality(dynamic())).toBe(Math.floor((3 * 1024 * 1024) / 2));
});

test('an evaluation ends at the limit that is given to it', () => {
  const rule = compiled('self.all(x, x > 0)', celEnvironment({ self: dynamic() }));
  const list = Array.from({ length: 400_000 }, () => 1);
  expect(rule.evaluate({ self: list })).toMatchObject({ exceeded: true });
  expect(rule.evaluate({ self: list }, RUNTIME_COST_BUDGET)).toMatchObject({ value: true, cost: 2_000_002 });
});

test('objects are read, never changed', () => {
  const object = Object.freeze({ a: 1 });
  const rule = compiled('self == oldSelf', celEnvironment({ self, oldSelf: self }));
  expect(rule.evaluate({ self: object, oldSelf: object })).toMatchObject({ value: true });
});

test('new expressions cannot use what the version before does not know; stored ones can', () => {
  const text = '[1].includes(1)';
  expect(compile(text, celEnvironment({}))).toMatchObject({
    stage: 'compile',
    message:
      "ERROR: <input>:1:13: undeclared reference to 'includes' (in container '')\n | [1].includes(1)\n | ............^",
  });
  expect(compiled(text, celEnvironment({}, { stored: true })).evaluate({})).toMatchObject({ value: true });
});
