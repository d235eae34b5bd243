/** What the dashboard knows of objects: names, owners, and how each of them is. */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string };
  readonly running?: object;
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
}

/** Any object: fields that it may have. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec?: {
    readonly replicas?: number;
    readonly nodeName?: string;
    readonly suspend?: boolean;
    readonly schedule?: string;
    readonly completions?: number;
    readonly type?: string;
    readonly clusterIP?: string;
    readonly unschedulable?: boolean;
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly readyReplicas?: number;
    readonly replicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly succeeded?: number;
    readonly active?: number | readonly object[];
    readonly failed?: number;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

/** How something is: a word for its colour, and words for everybody. */
export interface State {
  readonly tone: 'ok' | 'busy' | 'bad' | 'off';
  readonly text: string;
}

const isTrue = (object: KubeObject, type: string): boolean =>
  object.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

export function containerState({ state = {}, ready, restartCount }: ContainerStatus): State {
  const restarts = restartCount > 0 ? `, ${restartCount} restart${restartCount === 1 ? '' : 's'}` : '';
  if (state.terminated) {
    const { reason = 'Terminated', exitCode = 0 } = state.terminated;
    return { tone: exitCode === 0 ? 'off' : 'bad', text: `${reason}, exit code ${exitCode}${restarts}` };
  }
  if (state.waiting) {
    const { reason = 'Waiting' } = state.waiting;
    const isBad = /BackOff|Err|Invalid/.test(reason);
    return { tone: isBad ? 'bad' : 'busy', text: `${reason}${restarts}` };
  }
  if (!state.running) return { tone: 'busy', text: 'Waiting' };
  return { tone: ready ? 'ok' : 'busy', text: `${ready ? 'Running' : 'Running, not ready'}${restarts}` };
}

/** About what `kubectl get pods` says. */
function podState({ metadata, spec, status = {} }: KubeObject): State {
  const { containerStatuses = [], initContainerStatuses = [], phase = 'Unknown' } = status;
  const total = spec?.containers?.length ?? containerStatuses.length;
  const ready = containerStatuses.filter((container) => container.ready).length;
  const restarts = containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const more = `${ready}/${total} ready${restarts > 0 ? `, ${restarts} restart${restarts === 1 ? '' : 's'}` : ''}`;
  if (metadata.deletionTimestamp) return { tone: 'busy', text: `Terminating, ${more}` };
  if (phase === 'Succeeded') return { tone: 'off', text: 'Completed' };
  const trouble = [...initContainerStatuses, ...containerStatuses]
    .map(containerState)
    .find(({ tone }) => tone === 'bad');
  if (trouble) return { tone: 'bad', text: `${trouble.text.split(',')[0]}, ${more}` };
  if (phase === 'Failed') return { tone: 'bad', text: status.reason ?? 'Failed' };
  const word = status.reason ?? phase;
  return { tone: phase === 'Running' && ready === total ? 'ok' : 'busy', text: `${word}, ${more}` };
}

function replicas(ready: number, wanted: number): State {
  if (wanted === 0) return { tone: ready === 0 ? 'off' : 'busy', text: ready === 0 ? 'no replicas' : `${ready} left` };
  return { tone: ready >= wanted ? 'ok' : 'busy', text: `${ready}/${wanted} ready` };
}

function jobState(job: KubeObject): State {
  const { succeeded = 0, failed = 0, active = 0 } = job.status ?? {};
  if (isTrue(job, 'Failed')) return { tone: 'bad', text: `Failed, ${failed} failed` };
  if (isTrue(job, 'Complete'))
    return { tone: 'off', text: `Complete, ${succeeded}/${job.spec?.completions ?? succeeded}` };
  if (job.spec?.suspend) return { tone: 'off', text: 'Suspended' };
  const text = `${succeeded}/${job.spec?.completions ?? 1} complete, ${Number(active)} active`;
  return { tone: failed > 0 ? 'bad' : 'busy', text: failed > 0 ? `${text}, ${failed} failed` : text };
}

function nodeState(node: KubeObject): State {
  const isReady = isTrue(node, 'Ready');
  const cordoned = node.spec?.unschedulable ? ', SchedulingDisabled' : '';
  return { tone: isReady ? (cordoned ? 'busy' : 'ok') : 'bad', text: `${isReady ? 'Ready' : 'NotReady'}${cordoned}` };
}

/** By their own conditions, where they have some that say whether all is well. */
function usualState(object: KubeObject): State | undefined {
  const { metadata, status } = object;
  if (metadata.deletionTimestamp) return { tone: 'busy', text: 'Terminating' };
  const telling = status?.conditions?.find(({ type }) => ['Ready', 'Available', 'Established'].includes(type));
  if (telling) {
    const isFine = telling.status === 'True';
    return { tone: isFine ? 'ok' : 'bad', text: isFine ? telling.type : `not ${telling.type}` };
  }
  if (status?.phase) return { tone: /Fail|Lost|Pending/.test(status.phase) ? 'busy' : 'ok', text: status.phase };
  return undefined;
}

/** @param kind of the object: lists do not repeat it */
export function stateOf(kind: string, object: KubeObject): State | undefined {
  const { spec = {}, status = {} } = object;
  if (kind === 'Pod') return podState(object);
  if (object.metadata.deletionTimestamp) return { tone: 'busy', text: 'Terminating' };
  if (['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'].includes(kind))
    return replicas(status.readyReplicas ?? 0, spec.replicas ?? 1);
  if (kind === 'DaemonSet') return replicas(status.numberReady ?? 0, status.desiredNumberScheduled ?? 0);
  if (kind === 'Job') return jobState(object);
  if (kind === 'CronJob') {
    const count = Array.isArray(status.active) ? status.active.length : 0;
    if (spec.suspend) return { tone: 'off', text: 'Suspended' };
    return { tone: count > 0 ? 'busy' : 'ok', text: `${spec.schedule}, ${count} active` };
  }
  if (kind === 'Service') return { tone: 'off', text: [spec.type, spec.clusterIP].filter(Boolean).join(' ') };
  if (kind === 'EndpointSlice') {
    const { endpoints = [] } = object;
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
    return { tone: ready > 0 ? 'ok' : 'off', text: `${ready}/${endpoints.length} endpoints ready` };
  }
  return kind === 'Node' ? nodeState(object) : usualState(object);
}

/** How long ago, as kubectl writes it: 5s, 3m, 2h, 4d. */
export function ageOf(time: string | undefined, nowMs: number): string {
  if (!time) return '';
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(time)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
