import type { Frozen } from '../base/freeze.ts';

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** The part of metav1.ObjectMeta that the server itself reads and writes. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: unknown[];
}

/** Any API object. Kinds have interfaces of their own in types.gen.ts. */
export interface KubeObject {
  kind?: string;
  apiVersion?: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** What names an object among those of its resource. Cluster-scoped objects have the namespace ''. */
export interface Key {
  namespace: string;
  name: string;
}

/** `namespace/name`, or the name alone for cluster-scoped objects: the form in which work queues keep keys. */
export function keyText(key: Key): string {
  return key.namespace === '' ? key.name : `${key.namespace}/${key.name}`;
}

/** The key of an object. */
export function keyOf(object: Frozen<KubeObject> | KubeObject): Key {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}

/** Who asks: what authentication found out, and what impersonation may replace. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** A user as somebody names one: without groups it is one that has only logged in. */
export type NamedUser = Omit<User, 'groups'> & Partial<Pick<User, 'groups'>>;

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: GroupVersion): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The reverse of {@link apiVersionOf}; undefined when there is more than one slash. */
export function parseApiVersion(apiVersion: string): GroupVersion | undefined {
  const parts = apiVersion.split('/');
  if (parts.length === 1) return { group: '', version: apiVersion };
  const [group = '', version = ''] = parts;
  return parts.length === 2 ? { group, version } : undefined;
}

/** `deployments.apps`, or `pods` for the core group: how errors and roles name a resource. */
export function resourceName(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}
