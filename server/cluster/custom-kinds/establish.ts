/** Conditions besides names (EstablishingController and the controllers of schemas and approval). */
import { X509Certificate } from 'node:crypto';
import { getOwn } from '../../base/freeze.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { type Definition, isTrue } from '../../registry/custom/custom-version.ts';
import { isKnownStructural, rememberStructural } from '../../schema/custom/known-structural.ts';
import { structuralProblems } from '../../schema/custom/structural-rules.ts';
import type { JsonSchema } from '../../schema/custom/structural-schema.ts';
import { type Condition, conditionOf, isEquivalent, withCondition } from './conditions.ts';

type Plain = Omit<Condition, 'lastTransitionTime'>;

/** The conditions of a definition whose names were accepted; undefined when they are as they should be. */
export function establishedConditions(definition: Definition, now: string): readonly Condition[] | undefined {
  if (!isTrue(definition, 'NamesAccepted') || isTrue(definition, 'Established')) return undefined;
  const condition: Plain = hasBrokenBundle(definition)
    ? {
        type: 'Established',
        status: 'False',
        reason: 'InvalidCABundle',
        message: 'The conversion webhook CABundle is invalid',
      }
    : {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      };
  if (isEquivalent(condition as Condition, conditionOf(definition, 'Established'))) return undefined;
  return withCondition((definition.status.conditions ?? []) as readonly Condition[], condition, now);
}

function hasBrokenBundle({ spec }: Definition): boolean {
  const bundle = spec.conversion?.webhook?.clientConfig?.caBundle;
  if (!bundle) return false;
  try {
    return new X509Certificate(Buffer.from(bundle, 'base64')).raw.length === 0;
  } catch {
    return true;
  }
}

/** What is said about a schema that is not structural; undefined when all are. */
function nonStructural({ spec }: Definition): Plain | undefined {
  if (isKnownStructural(spec)) return undefined;
  const problems: FieldProblem[] = spec.preserveUnknownFields
    ? [invalid('spec.preserveUnknownFields', true, 'must be false')]
    : [];
  for (const [i, { schema }] of (spec.versions ?? []).entries()) {
    const given = schema?.openAPIV3Schema as JsonSchema | undefined;
    if (given) problems.push(...structuralProblems(given, `spec.versions[${i}].schema.openAPIV3Schema`));
  }
  if (problems.length === 0) {
    rememberStructural(spec);
    return undefined;
  }
  const texts = [...new Set(problems.map(({ field, message }) => `${field}: ${message}`))];
  const message = texts.length > 1 ? `[${texts.join(', ')}]` : (texts[0] ?? '');
  return { type: 'NonStructuralSchema', status: 'True', reason: 'Violations', message };
}

const APPROVED = 'api-approved.kubernetes.io';

/** Groups of Kubernetes itself want to know who approved the API. */
function approval({ spec, metadata }: Definition): Plain | undefined {
  const { group } = spec;
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  if (!isProtected) return undefined;
  const type = 'KubernetesAPIApprovalPolicyConformant';
  const given = getOwn(metadata.annotations as Readonly<Record<string, string>> | undefined, APPROVED);
  const link = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (given === undefined || given === '') {
    const message = `protected groups must have approval annotation "${APPROVED}", ${link}`;
    return { type, status: 'False', reason: 'MissingAnnotation', message };
  }
  if (given.startsWith('unapproved')) {
    const message = `not approved: ${JSON.stringify(given)}`;
    return { type, status: 'False', reason: 'UnapprovedAnnotation', message };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(given) && URL.canParse(given))
    return { type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${given}` };
  const message =
    `protected groups must have approval annotation "${APPROVED}" with either a URL or a reason starting with ` +
    `"unapproved", ${link}`;
  return { type, status: 'False', reason: 'InvalidAnnotation', message };
}

/** The conditions about schemas and approval; undefined when they are as they should be. */
export function policyConditions(definition: Definition, now: string): readonly Condition[] | undefined {
  let conditions = (definition.status.conditions ?? []) as readonly Condition[];
  const before = conditions;
  const schema = nonStructural(definition);
  const known = conditionOf(definition, 'NonStructuralSchema');
  if (schema && !isEquivalent(schema as Condition, known)) conditions = withCondition(conditions, schema, now);
  if (!schema && known) conditions = conditions.filter((condition) => condition !== known);
  const approved = approval(definition);
  if (approved && !isEquivalent(approved as Condition, conditionOf(definition, approved.type)))
    conditions = withCondition(conditions, approved, now);
  return conditions === before ? undefined : conditions;
}
