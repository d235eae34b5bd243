/** Which objects a cluster makes by itself: another one makes them again, of what clients wrote. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Captured } from '../../storage/storage.ts';

/** Kinds that clients hardly write, or not for long. */
const KINDS: ReadonlySet<string> = new Set([
  'CertificateSigningRequest',
  'ControllerRevision',
  'Event',
  'IPAddress',
  'Lease',
  'VolumeAttachment',
]);

const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const ROOT_CA = 'kube-root-ca.crt';
/** Written by whoever keeps an APIService as a definition of custom resources wants it. */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** What the controllers of endpoints write on their objects. */
const MANAGED_BY = ['endpoints.kubernetes.io/managed-by', 'endpointslice.kubernetes.io/managed-by'];
const CONTROLLERS = /^endpoint(slice|slicemirroring)?-controller(\.k8s\.io)?$/;

type Account = Frozen<KubeObject> & { readonly secrets?: unknown };

/** The account that every namespace gets, as long as nobody has changed it. */
function isDefaultAccount(object: Frozen<KubeObject>): boolean {
  const { name, labels = {}, annotations = {} } = object.metadata;
  const { kind, apiVersion: _version, metadata: _metadata, secrets: _secrets, ...rest } = object as Account;
  return kind === 'ServiceAccount' && name === 'default' && deepEqual([labels, annotations, rest], [{}, {}, {}]);
}

/** Endpoints of a service with a selector. */
function followsService(
  { kind, metadata: { namespace = '', name = '' } }: Frozen<KubeObject>,
  state: Captured,
): boolean {
  if (kind !== 'Endpoints') return false;
  const service = state.get(`services/${namespace}/${name}`)?.value.spec as { selector?: object } | undefined;
  return Object.keys(service?.selector ?? {}).length > 0;
}

/** Where the API of the cluster is: that of another one is where it listens. */
function isApiAddress({ kind = '', metadata: { namespace, name } }: Frozen<KubeObject>): boolean {
  return name === 'kubernetes' && namespace === 'default' && /^(Service|Endpoints|EndpointSlice)$/.test(kind);
}

export function isGenerated(object: Frozen<KubeObject>, state: Captured): boolean {
  const { kind = '', metadata } = object;
  const { name, labels = {}, annotations = {}, ownerReferences = [], deletionTimestamp } = metadata;
  if (KINDS.has(kind) || deletionTimestamp !== undefined) return true;
  if (ownerReferences.some(({ controller }) => controller)) return true;
  if (kind === 'Secret' && (object as { type?: string }).type === SERVICE_ACCOUNT_TOKEN) return true;
  if (kind === 'ConfigMap' && name === ROOT_CA) return true;
  if (kind === 'APIService' && labels[AUTOMANAGED] !== undefined) return true;
  if (kind === 'PersistentVolume' && annotations[PROVISIONED_BY] !== undefined) return true;
  if (MANAGED_BY.some((label) => CONTROLLERS.test(labels[label] ?? ''))) return true;
  return isApiAddress(object) || isDefaultAccount(object) || followsService(object, state);
}
