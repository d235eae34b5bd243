/** The AdmissionReview that is sent to a webhook: webhook/request/admissionreview.go. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject, User } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Served } from '../../registry/catalog.ts';
import type { Kind, Subject } from './subject.ts';

const REVIEW_VERSIONS = ['v1', 'v1beta1'] as const;

export type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

/** The first version of a webhook's list that this server knows. */
export function reviewVersionOf(accepted: readonly string[]): ReviewVersion | undefined {
  return accepted.find((version): version is ReviewVersion => REVIEW_VERSIONS.includes(version as ReviewVersion));
}

/** The body of a call. */
export function reviewText(subject: Subject, served: Served, version: ReviewVersion, uid: string): string {
  const request = requestOf(subject, served, uid);
  const { old } = subject.review;
  const { object } = subject;
  const { dryRun, options, ...begin } = request;
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      ...begin,
      object: object ? subject.shown(object as Frozen<KubeObject>, served) : null,
      oldObject: old ? subject.shown(old, served) : null,
      dryRun,
      options,
    },
  });
}

interface AdmissionRequest {
  readonly uid: string;
  readonly kind: Kind;
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly dryRun: boolean;
  readonly options: object | null;
}

/** An AdmissionRequest without its objects. */
export function requestOf(subject: Subject, served: Served, uid: string): AdmissionRequest {
  const { asked, review, subresource, namespace } = subject;
  const name = nameOf(review);
  return {
    uid,
    kind: kindOf(subject, served),
    resource: resourceOf(served),
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: kindOf(subject, asked),
    requestResource: resourceOf(asked),
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation: review.operation.toUpperCase(),
    userInfo: userInfo(review.user),
    dryRun: review.dryRun,
    options: optionsOf(review),
  } as AdmissionRequest;
}

function kindOf(subject: Subject, served: Served): Kind {
  const { group, version, kind } = subject.kindIn(served);
  return { group, version, kind };
}

const resourceOf = ({ info }: Served): AdmissionRequest['resource'] => ({
  group: info.group,
  version: info.version,
  resource: info.resource,
});

/** Of the objects of a collection that is deleted, webhooks only see what is going. */
function nameOf({ operation, asked, key }: Review): string {
  return (operation === 'delete' || operation === 'connect') && asked ? asked.info.name : key.name;
}

function userInfo({ name, uid, groups, extra = {} }: User): object {
  return {
    username: name,
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

const META = 'meta.k8s.io/v1';

/** The options of the request; those of a patch are the options of what it comes to. */
function optionsOf({ operation, asked, dryRun, deleteOptions }: Review): object | null {
  if (operation === 'connect') return null;
  if (operation === 'delete')
    return { kind: 'DeleteOptions', apiVersion: META, ...orderedOptions(deleteOptions ?? {}) };
  const [fieldManager, fieldValidation] = [asked?.query.get('fieldManager'), asked?.query.get('fieldValidation')];
  return {
    kind: operation === 'create' ? 'CreateOptions' : 'UpdateOptions',
    apiVersion: META,
    ...(dryRun && { dryRun: ['All'] }),
    ...(fieldManager && { fieldManager }),
    ...(fieldValidation && { fieldValidation }),
  };
}

const DELETE_FIELDS = [
  'gracePeriodSeconds',
  'preconditions',
  'orphanDependents',
  'propagationPolicy',
  'dryRun',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
] as const;

function orderedOptions(options: NonNullable<Review['deleteOptions']>): object {
  const fields = DELETE_FIELDS.filter((field) => options[field] !== undefined && options[field] !== null);
  return Object.fromEntries(fields.map((field) => [field, options[field]]));
}
