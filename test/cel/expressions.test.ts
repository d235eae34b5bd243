import { describe, expect, test } from 'vitest';
import { answerOf, type ExpressionAnswer, expressionGroups, rounded } from '../support/cel-cases.ts';
import { golden } from '../support/golden.ts';

interface Recorded extends ExpressionAnswer {
  readonly group: string;
  readonly expression: string;
}

const recorded = golden<Recorded>('cel/expressions.json');

describe('expressions have the problems, types, estimates, values and costs of Kubernetes’ own libraries', () => {
  for (const group of expressionGroups()) {
    test(`${group.name}: ${group.expressions.length} expressions`, () => {
      const cases = recorded.filter(({ group: name }) => name === group.name);
      expect(cases.map(({ expression }) => expression)).toEqual(group.expressions);
      for (const { group: _group, expression, ...answer } of cases) {
        expect(rounded(answerOf(group, expression)), expression).toEqual(rounded(withoutType(answer)));
      }
    });
  }
});

/** What has no program has a type and an estimate upstream, which nobody asks for. */
function withoutType({ program, ...answer }: ExpressionAnswer): ExpressionAnswer {
  return program === undefined ? answer : { program };
}
