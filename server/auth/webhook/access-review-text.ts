/** What a webhook is asked: a SubjectAccessReview (plugin/pkg/authorizer/webhook). */
import type { FieldSelector } from '../../kube/fields.ts';
import { type LabelSelector, parseLabelSelector } from '../../kube/labels.ts';
import type {
  FieldSelectorRequirement,
  LabelSelectorRequirement,
  SubjectAccessReviewSpec,
} from '../../kube/types.gen.ts';
import type { AccessRequest } from '../../pipeline/identity.ts';

export const REVIEW_VERSIONS = ['v1', 'v1beta1'] as const;
export type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

export const REVIEW_GROUP = 'authorization.k8s.io';

type ResourceAttributes = NonNullable<SubjectAccessReviewSpec['resourceAttributes']>;

/** The spec of the review for a question, with its fields in upstream's order. */
export function reviewSpec({ user, verb, resource, path = '' }: AccessRequest): SubjectAccessReviewSpec {
  const { name, groups, uid, extra = {} } = user;
  const keys = Object.keys(extra).sort();
  return {
    ...(resource
      ? { resourceAttributes: attributesOf(verb, resource) }
      : { nonResourceAttributes: present({ path, verb }) }),
    ...present({ user: name }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(keys.length > 0 && { extra: Object.fromEntries(keys.map((key) => [key, [...(extra[key] ?? [])]])) }),
    ...present({ uid }),
  };
}

/** Without what is empty. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;
}

function attributesOf(verb: string, asked: NonNullable<AccessRequest['resource']>): ResourceAttributes {
  const { namespace, group, version, resource, subresource, name, fields = [], labels = [] } = asked;
  const [fieldRequirements, labelRequirements] = [requirementsOfFields(fields), requirementsOfLabels(labels)];
  return {
    ...present({ namespace, verb, group, version, resource, subresource, name }),
    ...(fieldRequirements.length > 0 && { fieldSelector: { requirements: fieldRequirements } }),
    ...(labelRequirements.length > 0 && { labelSelector: { requirements: labelRequirements } }),
  };
}

const requirementsOfFields = (fields: FieldSelector): FieldSelectorRequirement[] =>
  fields.map(({ field, negated, value }) => ({ key: field, operator: negated ? 'NotIn' : 'In', values: [value] }));

/** Those that a review cannot express are left out: what is asked then is more than what is wanted. */
const OPERATORS: Readonly<Record<string, string>> = {
  in: 'In',
  '=': 'In',
  '==': 'In',
  notin: 'NotIn',
  '!=': 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function requirementsOfLabels(labels: LabelSelector | string): LabelSelectorRequirement[] {
  return readLabels(labels).flatMap(({ key, operator, values }) => {
    const known = OPERATORS[operator];
    return known ? [{ key, operator: known, ...(values.length > 0 && { values: [...values] }) }] : [];
  });
}

/** Selectors that cannot be read are refused later, by whoever reads the query. */
function readLabels(labels: LabelSelector | string): LabelSelector {
  if (typeof labels !== 'string') return labels;
  try {
    return parseLabelSelector(labels);
  } catch {
    return [];
  }
}

/** The review as it is sent. */
export function reviewText(spec: SubjectAccessReviewSpec, version: ReviewVersion): string {
  const { resourceAttributes, nonResourceAttributes, user, groups, ...rest } = spec;
  // The older version has another name for the groups.
  const own =
    version === 'v1'
      ? spec
      : { resourceAttributes, nonResourceAttributes, user, ...(groups && { group: groups }), ...rest };
  return `${JSON.stringify({
    kind: 'SubjectAccessReview',
    apiVersion: `${REVIEW_GROUP}/${version}`,
    metadata: {},
    spec: own,
    status: { allowed: false },
  })}\n`;
}

const CONTROLLED_CHARACTERS_MAX = 10_000;

/** Whether what the sender chose freely is short enough to be remembered. */
export function isRememberable({ verb, path = '', resource }: AccessRequest): boolean {
  const { namespace = '', group = '', version = '', name = '', subresource = '' } = resource ?? {};
  const controlled = [verb, path, namespace, group, version, resource?.resource ?? '', subresource, name];
  return controlled.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0) < CONTROLLED_CHARACTERS_MAX;
}
