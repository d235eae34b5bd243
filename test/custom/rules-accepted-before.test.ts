/** What was accepted before a change of a definition is not held against it. */
import { expect, test } from 'vitest';
import type { Frozen } from '../../server/base/freeze.ts';
import type { CustomResourceDefinition } from '../../server/kube/types.gen.ts';
import { definitionProblems } from '../../server/resources/shared/definition-rules.ts';

type Definition = Frozen<CustomResourceDefinition>;

/** A definition whose list has a rule. */
function definitionOf(rule: string, description = ''): Definition {
  const list = { type: 'array', maxItems: 1500, items: { type: 'integer' }, 'x-kubernetes-validations': [{ rule }] };
  const openAPIV3Schema = {
    type: 'object',
    description,
    properties: { spec: { type: 'object', properties: { list } } },
  };
  const names = { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' };
  return {
    metadata: { name: 'gizmos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names,
      conversion: { strategy: 'None' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
    status: { acceptedNames: names, conditions: [], storedVersions: ['v1'] },
  } as unknown as Definition;
}

const DEAR = 'self.all(x, self.all(y, x != y || x == y))';
const messages = (definition: Definition, old?: Definition): string[] =>
  definitionProblems(definition, old).map(({ message }) => message);

test('a rule that costs too much is refused when it is new, and when its schema changes', () => {
  const tooMuch = [expect.stringMatching(/^Forbidden: estimated rule cost exceeds budget by factor of \d/)];
  expect(messages(definitionOf(DEAR))).toEqual(tooMuch);
  expect(messages(definitionOf(DEAR, 'changed'), definitionOf(DEAR))).toEqual(tooMuch);
});

test('a rule that costs too much stays while its schema does', () => {
  expect(messages(definitionOf(DEAR), definitionOf(DEAR))).toEqual([]);
});

test('a rule may use a function that is too new for others when it was there before', () => {
  const rule = 'self.includes(1)';
  const unknown = [expect.stringContaining("undeclared reference to 'includes'")];
  expect(messages(definitionOf(rule))).toEqual(unknown);
  expect(messages(definitionOf(rule), definitionOf('true'))).toEqual(unknown);
  expect(messages(definitionOf(rule, 'changed'), definitionOf(rule))).toEqual([]);
});
