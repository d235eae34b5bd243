/** What a client would have to send to get an object: without what servers and controllers have written into it. */
import { type Frozen, getOwn, thaw } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';

type Fields = Record<string, unknown>;

/** What one client manages. */
interface Managed {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/** Who writes what nobody has to send. */
const SYSTEM_MANAGERS: ReadonlySet<string> = new Set([
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
]);

const ANNOTATIONS: readonly RegExp[] = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^deployment\.kubernetes\.io\/(revision|desired-replicas|max-replicas|revision-history)$/,
  /^deprecated\.daemonset\.template\.generation$/,
  /^pv\.kubernetes\.io\/(bind-completed|bound-by-controller)$/,
  /^volume\.(beta\.)?kubernetes\.io\/(storage-provisioner|selected-node)$/,
  /^batch\.kubernetes\.io\/(job-tracking|cronjob-scheduled-timestamp)$/,
  /^endpoints\.kubernetes\.io\/last-change-trigger-time$/,
  /^node\.alpha\.kubernetes\.io\/ttl$/,
  /^volumes\.kubernetes\.io\/controller-managed-attach-detach$/,
];
const LABELS: readonly RegExp[] = [/^kubernetes\.io\/metadata\.name$/];
/** Labels of a job's pods that carry its uid, and its name under the name of old. */
const JOB_LABELS = /^((batch\.kubernetes\.io\/)?(controller-uid|job-name))$/;
const FINALIZERS: readonly RegExp[] = [
  /^(foregroundDeletion|orphan)$/,
  /^kubernetes\.io\/(pv|pvc|vac)-protection$/,
  /^service\.kubernetes\.io\/load-balancer-cleanup$/,
  /^customresourcecleanup\.apiextensions\.k8s\.io$/,
  /^batch\.kubernetes\.io\/job-tracking$/,
  /^networking\.k8s\.io\/service-cidr-finalizer$/,
];
const TOKEN_VOLUME = /^kube-api-access-/;
const NODE_TAINTS = /^node\.kubernetes\.io\//;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);

/** A map without some of its keys; undefined when none is left. */
function without(map: unknown, patterns: readonly RegExp[]): object | undefined {
  const left = Object.entries(fieldsOf(map)).filter(([key]) => !patterns.some((pattern) => pattern.test(key)));
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/** Sets a field, or takes it away. */
function put(fields: Fields, name: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) delete fields[name];
  else fields[name] = value;
}

/** Whether a client says what a field of the spec is: one who names it somewhere in what it manages. */
function isAsked({ metadata }: Frozen<KubeObject>, field: string): boolean {
  const entries = (metadata.managedFields ?? []) as readonly Managed[];
  return entries.some(
    ({ manager = '', subresource = '', fieldsV1 }) =>
      subresource === '' && !SYSTEM_MANAGERS.has(manager) && JSON.stringify(fieldsV1 ?? {}).includes(`"f:${field}":`),
  );
}

function metadataOf({ metadata }: Frozen<KubeObject>): Fields {
  const { name, namespace, labels, annotations, finalizers } = metadata;
  const kept: Fields = { name };
  put(kept, 'namespace', namespace);
  put(kept, 'labels', without(labels, LABELS));
  put(kept, 'annotations', without(annotations, ANNOTATIONS));
  put(
    kept,
    'finalizers',
    finalizers?.filter((finalizer) => !FINALIZERS.some((own) => own.test(finalizer))),
  );
  return kept;
}

/** The token that admission has mounted. */
function withoutToken(spec: Fields): void {
  const isToken = ({ name }: Fields): boolean => TOKEN_VOLUME.test(String(name));
  put(
    spec,
    'volumes',
    listOf(spec.volumes).filter((volume) => !isToken(volume)),
  );
  for (const container of [...listOf(spec.containers), ...listOf(spec.initContainers)])
    put(
      container,
      'volumeMounts',
      listOf(container.volumeMounts).filter((mount) => !isToken(mount)),
    );
}

/** What is written into objects of a kind, by its name. */
const KINDS: Readonly<Record<string, (manifest: Fields, spec: Fields, object: Frozen<KubeObject>) => void>> = {
  ClusterRole: (manifest) => {
    if (manifest.aggregationRule) delete manifest.rules;
  },
  Job: (_manifest, spec) => {
    if (spec.manualSelector === true) return;
    delete spec.selector;
    const metadata = fieldsOf(fieldsOf(spec.template).metadata);
    put(metadata, 'labels', without(metadata.labels, [JOB_LABELS]));
  },
  Namespace: (manifest) => {
    delete manifest.spec;
  },
  Node: (_manifest, spec) => {
    delete spec.podCIDR;
    delete spec.podCIDRs;
    put(
      spec,
      'taints',
      listOf(spec.taints).filter(({ key }) => !NODE_TAINTS.test(String(key))),
    );
  },
  PersistentVolume: (_manifest, spec) => {
    const { uid: _uid, resourceVersion: _version, ...claim } = fieldsOf(spec.claimRef);
    if (spec.claimRef) spec.claimRef = claim;
  },
  PersistentVolumeClaim: (_manifest, spec, object) => {
    if (!isAsked(object, 'volumeName')) delete spec.volumeName;
  },
  Pod: (_manifest, spec) => {
    for (const field of ['nodeName', 'priority', 'preemptionPolicy', 'serviceAccount', 'ephemeralContainers'])
      delete spec[field];
    withoutToken(spec);
  },
  Service: (_manifest, spec, object) => {
    if (spec.clusterIP !== 'None' && !isAsked(object, 'clusterIP')) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (!isAsked(object, 'ipFamilies')) delete spec.ipFamilies;
    if (!isAsked(object, 'healthCheckNodePort')) delete spec.healthCheckNodePort;
    if (!isAsked(object, 'nodePort')) for (const port of listOf(spec.ports)) delete port.nodePort;
  },
  ServiceAccount: (manifest) => {
    delete manifest.secrets;
  },
};

/** @param hasStatus whether its status is written by itself: then it is left out */
export function manifestOf(object: Frozen<KubeObject>, hasStatus: boolean): object {
  const { apiVersion, kind = '', metadata: _metadata, ...rest } = thaw(object) as KubeObject & Fields;
  const manifest: Fields = { apiVersion, kind, metadata: metadataOf(object), ...rest };
  if (hasStatus) delete manifest.status;
  const spec = fieldsOf(manifest.spec);
  getOwn(KINDS, kind)?.(manifest, spec, object);
  return manifest;
}
