import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { EventType } from '../lib/events.ts';
import type { PodMemory } from './pod-memory.ts';
import type { PodSurroundings } from './runtime/files/pod-surroundings.ts';
import type { AnyContainer, PodRuntime } from './runtime/pod-runtime.ts';

/** What one look at a pod works with. */
export interface SyncContext {
  readonly pod: Frozen<Pod>;
  readonly memory: PodMemory;
  readonly runtime: PodRuntime;
  readonly surroundings: PodSurroundings;
  /** Images that the node of the pod has. */
  readonly images: Set<string>;
  readonly clock: Clock;
  readonly nowMs: number;
  /** Records an Event about the pod, or about one of its containers. */
  readonly tell: (type: EventType, reason: string, message: string, container?: AnyContainer) => void;
  /** Records an Event of what happens to every container, if somebody wants to know. */
  readonly routine: (reason: string, message: string, container?: AnyContainer) => void;
  /** Looks again then, at the latest. */
  readonly wakeAt: (timeMs: number) => void;
  /** Looks again as soon as possible, called at any time. */
  readonly wake: () => void;
}

/** How kubelets write down which pod they mean. */
export const podText = ({ metadata: { name, namespace, uid } }: Frozen<Pod>): string => `${name}_${namespace}(${uid})`;
