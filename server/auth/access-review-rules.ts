/** Rules for the reviews of authorization.k8s.io: pkg/apis/authorization/validation. */
import type { ApiError } from '../kube/api-error.ts';
import { type FieldProblem, forbiddenField, invalid, invalidObject, required } from '../kube/field-problem.ts';
import { labelValueProblems, qualifiedNameProblems } from '../kube/names.ts';
import type { ObjectMeta } from '../kube/object.ts';
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  NonResourceAttributes,
  ResourceAttributes,
  SubjectAccessReviewSpec,
} from '../kube/types.gen.ts';

type Spec = SubjectAccessReviewSpec;
type Requirement = NonNullable<FieldSelectorAttributes['requirements']>[number];

const ATTRIBUTES = 'spec.resourceAttributes';

/** The 422 of a review. Upstream asks an object for its kind that has none at this point, so the kind is empty. */
export function refusal(problems: readonly FieldProblem[]): ApiError {
  return invalidObject({ group: 'authorization.k8s.io', kind: '' }, '', problems);
}

/** What a review asks about: either a resource or a path. */
export function attributeProblems(spec: Pick<Spec, 'resourceAttributes' | 'nonResourceAttributes'>): FieldProblem[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if ((resourceAttributes === undefined) !== (nonResourceAttributes === undefined)) return [];
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalid('spec', nonResourceAttributes && goFields(nonResourceAttributes), detail)];
}

export function subjectProblems({ user, groups }: Spec): FieldProblem[] {
  if (user || groups?.length) return [];
  return [invalid('spec.user', '', 'at least one of user or group must be specified')];
}

/** Reviews have no metadata but what the server gives them. */
export function metadataProblems(metadata: ObjectMeta, exceptNamespace: boolean): FieldProblem[] {
  const { managedFields: _managedFields, namespace: _namespace, ...given } = metadata;
  const detail = exceptNamespace ? 'must be empty except for namespace' : 'must be empty';
  return Object.keys(given).length === 0 ? [] : [invalid('metadata', metadata, detail)];
}

/** A local review stays in its namespace. */
export function localProblems({ resourceAttributes, nonResourceAttributes }: Spec, namespace: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { namespace: asked = '' } = resourceAttributes ?? { namespace };
  if (asked !== namespace) problems.push(invalid(`${ATTRIBUTES}.namespace`, asked, 'must match metadata.namespace'));
  if (nonResourceAttributes) {
    const detail = 'disallowed on this kind of request';
    problems.push(invalid('spec.nonResourceAttributes', goFields(nonResourceAttributes), detail));
  }
  return problems;
}

/** The attributes as Go prints its internal type, which has no JSON names. */
function goFields({ path = '', verb = '' }: NonResourceAttributes): object {
  return { Path: path, Verb: verb };
}

export function selectorProblems(attributes: ResourceAttributes | undefined): FieldProblem[] {
  const { fieldSelector, labelSelector } = attributes ?? {};
  const fields = `${ATTRIBUTES}.fieldSelector`;
  const labels = `${ATTRIBUTES}.labelSelector`;
  return [
    ...formProblems(fieldSelector, fields),
    ...requirementsOf(fieldSelector, fields).flatMap(([requirement, path]) => [
      ...(requirement.key === '' ? [required(`${path}.key`, 'must be specified')] : []),
      ...valueCountProblems(requirement, path),
    ]),
    ...formProblems(labelSelector, labels),
    ...requirementsOf(labelSelector, labels).flatMap(([requirement, path]) => [
      ...valueCountProblems(requirement, path),
      ...qualifiedNameProblems(requirement.key).map((detail) => invalid(`${path}.key`, requirement.key, detail)),
      ...(requirement.values ?? []).flatMap((value, i) =>
        labelValueProblems(value).map((detail) => invalid(`${path}.values[${i}]`, value, detail)),
      ),
    ]),
  ];
}

type Selector = FieldSelectorAttributes | LabelSelectorAttributes | undefined;

function requirementsOf(selector: Selector, path: string): [Requirement, string][] {
  return (selector?.requirements ?? []).map((requirement, i) => [requirement, `${path}.requirements[${i}]`]);
}

/** A selector is a text or a list of requirements. */
function formProblems(selector: Selector, path: string): FieldProblem[] {
  if (!selector) return [];
  const { rawSelector = '', requirements = [] } = selector;
  if (rawSelector !== '' && requirements.length > 0) {
    return [invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')];
  }
  if (rawSelector !== '' || requirements.length > 0) return [];
  return [required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`)];
}

/** Operators that are not known here may come from a newer client, and pass. */
function valueCountProblems({ operator, values = [] }: Requirement, path: string): FieldProblem[] {
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    return [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    return [forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [];
}
