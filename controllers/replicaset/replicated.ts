import type { Frozen } from '../../server/base/freeze.ts';
import type { LabelSelector } from '../../server/kube/labels.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { PodTemplateSpec, ReplicaSetStatus } from '../../server/kube/types.gen.ts';
import type { ControllerKind } from '../lib/adopt.ts';

/** What the engine reads of a replica set or a replication controller. */
export interface Replicated extends KubeObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    template?: PodTemplateSpec;
  };
  status?: ReplicaSetStatus;
}

/** One of the two kinds, and where they differ. */
export interface ReplicatedKind extends ControllerKind {
  /** Undefined when nothing shall be selected. */
  readonly selectorOf: (set: Frozen<Replicated>) => LabelSelector | undefined;
  /** Whether the status tells how many pods are on their way out. */
  readonly countsTerminating: boolean;
}

export function wantedReplicas({ spec }: Frozen<Replicated>): number {
  return spec.replicas ?? 1;
}
