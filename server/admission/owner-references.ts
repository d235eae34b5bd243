/** Owners are named by who may delete: OwnerReferencesPermissionEnforcement. Off by default. */
import { deepEqual, type Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Review } from '../registry/admission-chain.ts';
import { builtInTypes } from '../schema/type-table.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { refusal } from './refusal.ts';

type Reference = NonNullable<Frozen<KubeObject>['metadata']['ownerReferences']>[number];

const ANYTHING = { group: '*', version: '*', resource: '*', subresource: 'finalizers', namespace: '', name: '*' };
const NOT_DELETABLE = "cannot set an ownerRef on a resource you can't delete";
const NOT_FINALIZABLE =
  "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on";

export function ownerReferences(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    handles: ({ info, operation, subresource }) =>
      (operation === 'create' || operation === 'update') && !(info.resource === 'pods' && subresource === 'status'),
    validate(review) {
      const now = referencesOf(review.object);
      const before = referencesOf(review.old);
      if (deepEqual(now, before)) return;
      if (review.operation === 'update') checkDelete(review, env);
      const blocking = now.filter(
        (one) =>
          one.blockOwnerDeletion &&
          !before.some(({ uid, blockOwnerDeletion }) => uid === one.uid && blockOwnerDeletion),
      );
      if (blocking.length === 0) return;
      if (env.authorize({ user: review.user, verb: 'update', resource: ANYTHING }).allowed) return;
      for (const reference of blocking) checkFinalize(review, reference, env);
    },
  };
}

const referencesOf = (object: KubeObject | Frozen<KubeObject> | undefined): readonly Reference[] =>
  object?.metadata.ownerReferences ?? [];

/** Who made an object could have left it; to name an owner later is to let it be deleted. */
function checkDelete(review: Review, env: AdmissionEnv): void {
  const { info, key, subresource = '', user } = review;
  const { group, version, resource } = info;
  const asked = { user, verb: 'delete', resource: { group, version, resource, subresource, ...key } };
  const { allowed, reason } = env.authorize(asked);
  if (!allowed) throw refusal(review, `${NOT_DELETABLE}: ${reason}, <nil>`);
}

/** To block the deletion of an owner is to set a finalizer on it. */
function checkFinalize(review: Review, { apiVersion, kind, name }: Reference, env: AdmissionEnv): void {
  const owner = builtInTypes()
    .groups.flatMap(({ group, versions }) => versions.map((version) => ({ ...version, group })))
    .filter(({ group, version }) => apiVersion === (group === '' ? version : `${group}/${version}`))
    .flatMap(({ resources }) => resources)
    .find((info) => info.kind === kind);
  if (!owner) {
    const missing = `cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}`;
    const match = `no matches for kind "${kind}" in version "${apiVersion}"`;
    throw refusal(review, `cannot set blockOwnerDeletion in this case because ${missing}: ${match}`);
  }
  const { group, version, resource, namespaced } = owner;
  const namespace = namespaced ? review.key.namespace : '';
  const asked = { group, version, resource, subresource: 'finalizers', namespace, name };
  const { allowed, reason } = env.authorize({ user: review.user, verb: 'update', resource: asked });
  if (!allowed) throw refusal(review, `${NOT_FINALIZABLE}: ${reason}, <nil>`);
}
