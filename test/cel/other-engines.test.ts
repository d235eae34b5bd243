import { evaluate as evaluateMarc } from '@marcbachmann/cel-js';
import { CelParseError, evaluate as evaluateChevrotain } from 'cel-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CelFault, celEnvironment, compile } from '../../server/schema/cel/compile.ts';
import { dynamic } from '../../server/schema/cel/types/declaration.ts';
import { items } from '../../server/schema/cel/values/json-values.ts';
import { CelList } from '../../server/schema/cel/values/value.ts';

/** Other people's engines know the core of the language; where all of us know it, we have to agree. */
const RUNS = { seed: 5, numRuns: 400 };

const { int, bool, text } = fc.letrec<{ int: string; bool: string; text: string; list: string }>((tie) => {
  const [anInt, aBool, aText, aList] = [tie('int'), tie('bool'), tie('text'), tie('list')];
  const binary = (operand: fc.Arbitrary<string>, ...operators: string[]): fc.Arbitrary<string> =>
    fc
      .tuple(operand, fc.constantFrom(...operators), operand)
      .map(([one, operator, other]) => `(${one} ${operator} ${other})`);
  const choice = (operand: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(aBool, operand, operand).map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`);
  return {
    int: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.integer({ min: 0, max: 20 }).map(String),
      binary(anInt, '+', '-', '*'),
      aList.map((list) => `size(${list})`),
      choice(anInt),
    ),
    bool: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('true', 'false'),
      binary(anInt, '<', '<=', '>', '>=', '==', '!='),
      binary(aText, '==', '!='),
      binary(aBool, '&&', '||'),
      aBool.map((inner) => `!${inner}`),
      fc.tuple(anInt, aList).map(([value, list]) => `(${value} in ${list})`),
      fc
        .tuple(aList, fc.constantFrom('all', 'exists'), anInt)
        .map(([list, macro, limit]) => `${list}.${macro}(x, x < ${limit})`),
    ),
    text: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom("'a'", "'b c'", "''", "'é'"),
      binary(aText, '+'),
      choice(aText),
    ),
    list: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }).map((list) => `[${list.join(', ')}]`),
      aList.map((list) => `${list}.map(x, x + 1)`),
      fc.tuple(aList, anInt).map(([list, limit]) => `${list}.filter(x, x != ${limit})`),
    ),
  };
});

const environment = celEnvironment({ self: dynamic() });

function ours(expression: string): unknown {
  const rule = compile(expression, environment);
  if (rule instanceof CelFault) throw new Error(rule.message);
  const result = rule.evaluate({});
  if ('error' in result) throw new Error(result.error);
  return plain(result.value);
}

/** A value as both engines give it, once their ints are numbers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof CelList ? items(value).map(plain) : value;
}

const expressions = fc.oneof(int, bool, text);

/** Lets another engine evaluate made-up expressions. */
function agree(evaluate: (expression: string) => unknown): void {
  const property = fc.property(expressions, (expression) => {
    expect(ours(expression), expression).toEqual(plain(evaluate(expression)));
  });
  fc.assert(property, RUNS);
}

test('ours and @marcbachmann/cel-js agree about the core of the language', () => {
  agree((expression) => evaluateMarc(expression));
});

test('ours and cel-js agree about what both can read', () => {
  let compared = 0;
  agree((expression) => {
    try {
      const value = evaluateChevrotain(expression);
      compared += 1;
      return value;
    } catch (error) {
      // It knows no calls of what stands in brackets.
      if (error instanceof CelParseError) return ours(expression);
      throw error;
    }
  });
  expect(compared).toBeGreaterThan(100);
});
