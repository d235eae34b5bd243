/** May somebody do something: the access reviews of authorization.k8s.io. They answer and store nothing. */
import { decided } from '../base/undecided.ts';
import type { User } from '../kube/object.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '../kube/types.gen.ts';
import type { AccessRequest, Authorizer } from '../pipeline/identity.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import {
  attributeProblems,
  localProblems,
  metadataProblems,
  refusal,
  selectorProblems,
  subjectProblems,
} from './access-review-rules.ts';
import { fieldsOf, ignoredSelectors, labelsOf } from './ignored-selectors.ts';

/** What somebody else may do. */
export function subjectAccessReviews(authorizer: Authorizer): ResourceDefinition<SubjectAccessReview> {
  return {
    resource: 'subjectaccessreviews.authorization.k8s.io',
    async create(review) {
      const { metadata, spec } = review;
      delete metadata.namespace; // it has none, and upstream drops one that is given
      const problems = [...specProblems(spec), ...metadataProblems(metadata, false)];
      if (problems.length > 0) throw refusal(problems);
      return { ...review, status: await statusOf(spec, subjectOf(spec), authorizer) };
    },
  };
}

/** What somebody else may do in one namespace: a permission that can be given for that namespace alone. */
export function localSubjectAccessReviews(authorizer: Authorizer): ResourceDefinition<LocalSubjectAccessReview> {
  return {
    resource: 'localsubjectaccessreviews.authorization.k8s.io',
    async create(review, { key }) {
      const { metadata, spec } = review;
      const problems = [
        ...specProblems(spec),
        ...metadataProblems(metadata, true),
        ...localProblems(spec, key.namespace),
      ];
      if (problems.length > 0) throw refusal(problems);
      return { ...review, status: await statusOf(spec, subjectOf(spec), authorizer) };
    },
  };
}

/** What the client itself may do: `kubectl auth can-i`. */
export function selfSubjectAccessReviews(authorizer: Authorizer): ResourceDefinition<SelfSubjectAccessReview> {
  return {
    resource: 'selfsubjectaccessreviews.authorization.k8s.io',
    async create(review, { user }) {
      const { metadata, spec } = review;
      delete metadata.namespace;
      const problems = [
        ...attributeProblems(spec),
        ...selectorProblems(spec.resourceAttributes),
        ...metadataProblems(metadata, false),
      ];
      if (problems.length > 0) throw refusal(problems);
      return { ...review, status: await statusOf(spec, user, authorizer) };
    },
  };
}

function specProblems(spec: SubjectAccessReviewSpec): ReturnType<typeof attributeProblems> {
  return [...attributeProblems(spec), ...subjectProblems(spec), ...selectorProblems(spec.resourceAttributes)];
}

function subjectOf({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): User {
  return { name: user, groups, ...(uid !== undefined && { uid }), ...(extra !== undefined && { extra }) };
}

async function statusOf(
  spec: SelfSubjectAccessReviewSpec,
  user: User,
  authorizer: Authorizer,
): Promise<SubjectAccessReviewStatus> {
  const question = questionOf(spec, user);
  const { allowed, denied, reason, error } = await decided(() => authorizer.authorize(question));
  const ignored = spec.resourceAttributes ? ignoredSelectors(spec.resourceAttributes) : '';
  const evaluationError = [error ?? '', ignored].filter((text) => text !== '').join('; ');
  return {
    allowed,
    ...(denied && { denied }),
    ...(reason !== '' && { reason }),
    ...(evaluationError !== '' && { evaluationError }),
  };
}

function questionOf(
  { resourceAttributes, nonResourceAttributes }: SelfSubjectAccessReviewSpec,
  user: User,
): AccessRequest {
  if (!resourceAttributes) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {};
    return { user, verb, path };
  }
  const {
    namespace = '',
    verb = '',
    group = '',
    version = '*',
    resource = '',
    subresource = '',
    name = '',
  } = resourceAttributes;
  const fields = fieldsOf(resourceAttributes.fieldSelector);
  const labels = labelsOf(resourceAttributes.labelSelector);
  const asked = { group, version, resource, subresource, namespace, name };
  return { user, verb, resource: { ...asked, ...(fields && { fields }), ...(labels && { labels }) } };
}
