/** What a policy's expressions are about: the values of their variables. */
import type { Frozen } from '../../base/freeze.ts';
import { notFound } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import type { AdmissionRequestValue, AdmissionValues } from '../../schema/cel/admission/declarations.ts';
import { requestOf } from '../webhooks/review.ts';
import type { Subject } from '../webhooks/subject.ts';
import type { PolicyEnv } from './env.ts';

/** The metadata of namespaces that expressions can see (CreateNamespaceObject). */
const META_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
] as const;

/**
 * The namespace of a write, as expressions see it; null where it has none.
 *
 * @throws ApiError 404 when there is no such namespace
 */
export function namespaceValue({ asked, namespace }: Subject, env: Pick<PolicyEnv, 'find'>): object | null {
  const { group, resource } = asked.info;
  if (namespace === '' || (group === '' && resource === 'namespaces')) return null;
  const stored = env.find('namespaces', { namespace: '', name: namespace });
  if (!stored) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  const { metadata, spec, status } = stored.value;
  const known = META_FIELDS.filter((field) => metadata[field] !== undefined);
  return { metadata: Object.fromEntries(known.map((field) => [field, metadata[field]])), spec, status };
}

/** The write as the version `served` shows it. */
export function valuesOf(subject: Subject, served: Served): Pick<AdmissionValues, 'object' | 'oldObject' | 'request'> {
  const { old } = subject.review;
  const { object } = subject;
  return {
    object: object ? subject.shown(object as Frozen<KubeObject>, served) : null,
    oldObject: old ? subject.shown(old, served) : null,
    request: requestOf(subject, served, '') as unknown as AdmissionRequestValue,
  };
}
