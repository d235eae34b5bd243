/** Cases of the scheduler: nodes, pods, and what they and the Events about them say afterwards. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Key, KubeObject } from '../../../server/kube/object.ts';
import type { Event, Pod } from '../../../server/kube/types.gen.ts';
import type { CaseApi } from './api.ts';

/** One thing that is done; the scheduler is given time after each. */
export type SchedulingStep =
  | { readonly create: string; readonly object: KubeObject }
  | { readonly patch: string; readonly name: string; readonly body: object }
  | { readonly remove: string; readonly name: string }
  /** Ends a pod that is being deleted. */
  | { readonly finish: string }
  /** Notes what there is. */
  | { readonly look: true };

export interface SchedulingCase {
  readonly name: string;
  readonly steps: readonly SchedulingStep[];
}

/** By pod, what is said about it. */
export type Look = Readonly<Record<string, unknown>>;

export interface SchedulingApi extends CaseApi {
  patch(resource: string, key: Key, body: object): Promise<void>;
  /** Removes a pod at once, whatever holds it. */
  finish(key: Key): Promise<void>;
}

/** Nodes that every case finds. */
export const OTHER_NODES = ['node01', 'node02'];

const CLUSTER_WIDE = ['v1/nodes', 'v1/persistentvolumes', 'storage.k8s.io/v1/storageclasses', 'v1/namespaces'];
const PRIORITIES = 'scheduling.k8s.io/v1/priorityclasses';

const isClusterWide = (resource: string): boolean => resource === PRIORITIES || CLUSTER_WIDE.includes(resource);

/** Plays a case in a namespace that exists; what it creates outside of it is `made`, to be removed afterwards. */
export async function playScheduling(
  { steps }: SchedulingCase,
  namespace: string,
  api: SchedulingApi,
  made: (resource: string, name: string) => void = () => undefined,
): Promise<Look[]> {
  const looks: Look[] = [];
  const uids = new Map<string, string>();
  const keyOf = (resource: string, name: string): Key => ({
    namespace: isClusterWide(resource) ? '' : namespace,
    name,
  });
  for (const step of steps) {
    if ('create' in step) {
      const { name = '', ...metadata } = step.object.metadata;
      if (isClusterWide(step.create)) made(step.create, name);
      await api.create(step.create, { ...step.object, metadata: { ...metadata, ...keyOf(step.create, name) } });
    } else if ('patch' in step) await api.patch(step.patch, keyOf(step.patch, step.name), step.body);
    else if ('remove' in step) await api.remove(step.remove, keyOf(step.remove, step.name), 'Background');
    else if ('finish' in step) await api.finish({ namespace, name: step.finish });
    await api.settle();
    if ('look' in step) looks.push(await look(namespace, uids, api));
  }
  return looks;
}

async function look(namespace: string, uids: Map<string, string>, api: CaseApi): Promise<Look> {
  const pods = (await api.list('v1/pods', namespace)) as readonly Frozen<Pod>[];
  for (const { metadata } of pods) uids.set(metadata.uid ?? '', metadata.name ?? '');
  const events = (await api.list('v1/events', namespace)) as readonly Frozen<Event>[];
  const told = [...events].filter((event) => event.reportingComponent === 'default-scheduler').sort(byTime);
  const plain = (text: string): string =>
    [...uids]
      .reduce((shown, [uid, name]) => shown.replaceAll(uid, `<uid of ${name}>`), text)
      .replaceAll(namespace, '<namespace>');
  return Object.fromEntries(
    pods.map((pod) => {
      const { name = '' } = pod.metadata;
      const about = told.filter(({ involvedObject }) => involvedObject.name === name);
      // How often a pod is tried without success depends on what else happens at the time.
      const events = new Set(about.map((event) => eventText(event, plain)));
      return [name, { ...stateOf(pod), events: [...events] }];
    }),
  );
}

const byTime = (a: Frozen<Event>, b: Frozen<Event>): number => ((a.eventTime ?? '') < (b.eventTime ?? '') ? -1 : 1);

function eventText({ type, reason, action, message, related }: Frozen<Event>, plain: (text: string) => string) {
  const about = related ? ` (${related.kind} ${related.name})` : '';
  return plain(`${type} ${reason} ${action}: ${message}${about}`);
}

function stateOf({ metadata, spec, status }: Frozen<Pod>): object {
  // Once a pod runs, its kubelet says that it has a node.
  const conditions = (status.conditions ?? []).filter(
    ({ type }) => type === 'DisruptionTarget' || (type === 'PodScheduled' && !spec.nodeName),
  );
  return {
    ...(spec.nodeName && { nodeName: spec.nodeName }),
    ...(status.nominatedNodeName && { nominatedNodeName: status.nominatedNodeName }),
    ...(metadata.deletionTimestamp !== undefined && { isDeleting: true }),
    conditions: conditions.map(({ lastTransitionTime: _at, lastProbeTime: _probed, ...condition }) => condition),
  };
}
