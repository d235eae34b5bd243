/** Works changes of the cluster in, and tells pods that wait: kube-scheduler's event handlers. */
import type { Cancel } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ResourceV1ResourceClaim,
} from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { Change } from '../lib/informer.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { RESOURCE_CLAIMS, type ResourceClaim } from '../lib/resource-claims.ts';
import { CLAIMS, CLASSES, VOLUMES } from '../lib/volumes/matching.ts';
import { type ClusterEvent, haveLabelsChanged } from './cluster-events.ts';
import { claimsOf } from './devices/claims.ts';
import { DEVICE_CLASSES } from './devices/requests.ts';
import { NAME } from './events.ts';
import type { World } from './framework.ts';
import { SLICES, TAINT_RULES } from './plugins/dynamic-resources.ts';
import { ATTACHMENTS, CSI_NODES } from './plugins/node-volume-limits.ts';
import { PodInfo } from './pod-info.ts';
import type { Scheduler } from './scheduler.ts';
import { CAPACITIES, DRIVERS } from './volumes/capacity.ts';

export const NODES = 'v1/nodes';

/** What only plugins look at: pods that they refused hear of it. */
const OTHERS = {
  'storage-class': CLASSES,
  'csi-node': CSI_NODES,
  'csi-driver': DRIVERS,
  'csi-capacity': CAPACITIES,
  'volume-attachment': ATTACHMENTS,
  'device-class': DEVICE_CLASSES,
  'resource-slice': SLICES,
  'device-taint-rule': TAINT_RULES,
} as const;

export const WATCHED: readonly string[] = [NODES, PODS, CLAIMS, VOLUMES, RESOURCE_CLAIMS, ...Object.values(OTHERS)];

/** Whether a pod wants a node from this scheduler, now. */
export function waits({ metadata, spec, status }: Frozen<Pod>): boolean {
  if (spec.nodeName || spec.schedulerName !== NAME || spec.schedulingGates?.length) return false;
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** Keeps the scheduler up to date. */
export class ClusterWatch {
  readonly #scheduler: Scheduler;
  readonly #world: World;
  readonly #env: ControllerEnv;
  /** Keys of pods that the switches keep from being placed. */
  readonly #heldBack = new Set<string>();
  /** Pods that wait until their claims of devices are made, by their keys. */
  readonly #claimless = new Map<string, Key>();

  constructor(scheduler: Scheduler, world: World, env: ControllerEnv) {
    this.#scheduler = scheduler;
    this.#world = world;
    this.#env = env;
  }

  start(): Cancel {
    const env = this.#env;
    const { queue } = this.#scheduler;
    const cancels = [
      env.onChange<Node>(NODES, (change) => this.#nodeChanged(change)),
      env.onChange<Pod>(PODS, (change) => this.#podChanged(change)),
      env.onChange<PersistentVolumeClaim>(CLAIMS, (change) => this.#claimChanged(change)),
      env.onChange<PersistentVolume>(VOLUMES, (change) => {
        if (change.now) this.#world.assumedVolumes.sawVolume(change.now);
        queue.tell({ source: 'volume', ...change });
      }),
      env.onChange<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, (change) => this.#resourceClaimChanged(change)),
      ...Object.entries(OTHERS).map(([source, resource]) =>
        env.onChange(resource, (change) => queue.tell({ source, ...change } as ClusterEvent)),
      ),
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  #isAdmitted(pod: Frozen<Pod>): boolean {
    const key = keyOf(pod);
    const isAdmitted = this.#env.admits(key);
    if (isAdmitted) this.#heldBack.delete(keyText(key));
    else this.#heldBack.add(keyText(key));
    return isAdmitted;
  }

  /** Looks again at a pod that the switches kept back. */
  readmit(key: Key): void {
    if (!this.#heldBack.delete(keyText(key))) return;
    const pod = this.#env.lister<Pod>(PODS).get(key);
    if (pod && !pod.spec.nodeName) this.#unassigned(undefined, pod);
  }

  #nodeChanged(change: Change<Node>): void {
    const { before, now } = change;
    const { cluster } = this.#world;
    if (now) cluster.setNode(now);
    else cluster.removeNode(before?.metadata.name ?? '');
    const isSame =
      before !== undefined &&
      now !== undefined &&
      deepEqual(before.spec, now.spec) &&
      !haveLabelsChanged({ before, now }) &&
      deepEqual(before.status?.allocatable, now.status?.allocatable);
    if (!isSame) this.#scheduler.queue.tell({ source: 'node', ...change });
  }

  #podChanged({ before, now }: Change<Pod>): void {
    // One that has the name of another was not changed: the other is gone.
    if (before && now && before.metadata.uid !== now.metadata.uid) this.#gone(before);
    if (before && !now) this.#heldBack.delete(keyText(keyOf(before)));
    if (before) this.#claimless.delete(keyText(keyOf(before)));
    if (!now || isPodTerminal(now)) this.#gone(now ?? before);
    else if (now.spec.nodeName) this.#assigned(before, now, now.spec.nodeName);
    else this.#unassigned(before, now);
  }

  #gone(pod: Frozen<Pod> | undefined): void {
    const uid = pod?.metadata.uid ?? '';
    const { cluster } = this.#world;
    const node = cluster.placeOf(uid) ?? cluster.nominationOf(uid);
    const info = cluster.podInfo(uid) ?? this.#scheduler.queue.get(uid)?.pod;
    this.#scheduler.forget(uid);
    if (info) cluster.nominate(info, '');
    cluster.remove(uid);
    if (pod && node !== undefined)
      this.#scheduler.queue.tell({ source: 'assigned-pod', before: { ...pod, spec: { ...pod.spec, nodeName: node } } });
  }

  #assigned(before: Frozen<Pod> | undefined, now: Frozen<Pod>, node: string): void {
    const uid = now.metadata.uid ?? '';
    const { cluster } = this.#world;
    const { queue } = this.#scheduler;
    const known = cluster.podInfo(uid);
    const isSame = known !== undefined && cluster.placeOf(uid) === node && known.renew(now);
    if (!isSame) {
      const info = new PodInfo(now);
      cluster.nominate(info, '');
      cluster.add(info, node);
    }
    if (!before?.spec.nodeName) {
      this.#scheduler.forget(uid);
      queue.tell({ source: 'assigned-pod', now });
    } else if (!isSame) queue.tell({ source: 'assigned-pod', before, now });
  }

  #unassigned(before: Frozen<Pod> | undefined, now: Frozen<Pod>): void {
    const uid = now.metadata.uid ?? '';
    const { cluster } = this.#world;
    const { queue } = this.#scheduler;
    if (!waits(now) || !this.#isAdmitted(now) || !this.#hasClaims(now)) {
      if (queue.get(uid) || cluster.placeOf(uid) !== undefined) this.#gone(now);
      return;
    }
    if (!queue.get(uid)) queue.add(now);
    const nominated = now.status?.nominatedNodeName ?? '';
    const info = before ? queue.update(before, now) : queue.get(uid)?.pod;
    if (!info || nominated === (before?.status?.nominatedNodeName ?? '')) return;
    // While its volumes are bound it counts where it will be.
    if (cluster.placeOf(uid) === undefined) cluster.nominate(info, nominated);
    if (before?.status?.nominatedNodeName) queue.tell({ source: 'assigned-pod', before });
  }

  /** Whether a pod has all its claims of devices. Nobody tries to place it before. */
  #hasClaims(pod: Frozen<Pod>): boolean {
    if (!pod.spec.resourceClaims?.length || claimsOf(pod, this.#world)) return true;
    this.#claimless.set(keyText(keyOf(pod)), keyOf(pod));
    return false;
  }

  #resourceClaimChanged(change: Change<ResourceV1ResourceClaim>): void {
    const claim: ResourceClaim | undefined = change.now;
    if (claim) this.#world.assumedDevices.sawClaim(claim);
    else if (change.before) this.#world.assumedDevices.forget(change.before);
    for (const [text, key] of claim ? [...this.#claimless] : []) {
      if (key.namespace !== claim?.metadata.namespace) continue;
      this.#claimless.delete(text);
      const pod = this.#env.lister<Pod>(PODS).get(key);
      if (pod && !pod.spec.nodeName) this.#unassigned(undefined, pod);
    }
    this.#scheduler.queue.tell({ source: 'resource-claim', ...change });
  }

  #claimChanged(change: Change<PersistentVolumeClaim>): void {
    const claim = change.now ?? change.before;
    if (!claim) return;
    if (change.now) this.#world.assumedVolumes.sawClaim(change.now);
    for (const { metadata } of this.#env.lister<Pod>(PODS).usingClaim(keyOf(claim)))
      this.#scheduler.volumesChanged(metadata.uid ?? '');
    this.#scheduler.queue.tell({ source: 'claim', ...change });
  }
}
