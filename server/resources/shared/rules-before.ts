/**
 * What the rules of a definition were before a change (findPreexistingExpressions, findVersionsWithUnchangedSchemas).
 */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import type { RulesBefore } from '../../schema/custom/rules/rule-set.ts';
import { schemaHas } from '../../schema/custom/schema-walk.ts';
import type { JsonSchema } from '../../schema/custom/structural-schema.ts';

type Definition = Frozen<CustomResourceDefinition>;

const schemaOf = ({ spec }: Definition, name: string): JsonSchema | undefined =>
  spec.versions?.find((version) => version.name === name)?.schema?.openAPIV3Schema;

/** For a version by its name; undefined without an old definition. */
export function rulesBefore(
  definition: Definition,
  old: Definition | undefined,
): (version: string) => RulesBefore | undefined {
  if (!old) return () => undefined;
  const rules = new Set<string>();
  const messageExpressions = new Set<string>();
  for (const { schema } of old.spec.versions ?? []) {
    schemaHas(schema?.openAPIV3Schema ?? {}, (node) => {
      for (const { rule, messageExpression = '' } of node['x-kubernetes-validations'] ?? []) {
        rules.add(rule);
        if (messageExpression !== '') messageExpressions.add(messageExpression);
      }
      return false;
    });
  }
  return (version) => {
    const hadVersion = old.spec.versions?.some(({ name }) => name === version) ?? false;
    const isUnchanged = hadVersion && deepEqual(schemaOf(definition, version), schemaOf(old, version));
    return { rules, messageExpressions, isUnchanged };
  };
}
