import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../server/kube/types.gen.ts';
import type { ControllerKind } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { type Expectations, expectationsOf } from '../lib/expectations.ts';

export const REPLICA_SETS = 'apps/v1/replicasets';
export const DEPLOYMENT: ControllerKind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  resource: 'apps/v1/deployments',
};

export type Again = { readonly againInMs: number } | undefined;

/** How many pods a replica set or a deployment asks for. */
export function wantedBy(object: Frozen<ReplicaSet> | Frozen<Deployment>): number {
  return object.spec.replicas ?? 1;
}

/** How many pods some replica sets ask for together. */
export function wantedByAll(sets: readonly Frozen<ReplicaSet>[]): number {
  return sets.reduce((sum, set) => sum + wantedBy(set), 0);
}

/** Replica sets that have pods, or ought to (FilterActiveReplicaSets). */
export function active(sets: readonly Frozen<ReplicaSet>[]): Frozen<ReplicaSet>[] {
  return sets.filter((set) => wantedBy(set) > 0);
}

/**
 * One pass over one deployment: what it works on, always in the newest version that is known. Everything that a pass
 * writes goes through here, so that the next pass waits until the informers show it.
 */
export class Pass {
  readonly env: ControllerEnv;
  readonly key: Key;
  deployment: Frozen<Deployment>;
  /** The replica set whose template is the deployment's. */
  newSet: Frozen<ReplicaSet> | undefined;
  /** The others, the oldest first. */
  oldSets: readonly Frozen<ReplicaSet>[];
  readonly #expectations: Expectations;

  constructor(
    env: ControllerEnv,
    deployment: Frozen<Deployment>,
    newSet: Frozen<ReplicaSet> | undefined,
    oldSets: readonly Frozen<ReplicaSet>[],
  ) {
    this.env = env;
    this.key = keyOf(deployment);
    this.deployment = deployment;
    this.newSet = newSet;
    this.oldSets = oldSets;
    this.#expectations = expectationsOf(env);
  }

  get sets(): readonly Frozen<ReplicaSet>[] {
    return this.newSet ? [...this.oldSets, this.newSet] : this.oldSets;
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.env.event(this.deployment, type, reason, message);
  }

  /** Replaces the deployment. @throws ApiError */
  async writeDeployment(deployment: Frozen<Deployment>): Promise<void> {
    this.#wrote(await this.env.client.update<Deployment>(DEPLOYMENT.resource, deployment));
  }

  /** Writes a status, and annotations with it: upstream sends both through the status subresource. @throws ApiError */
  async writeStatus(
    status: Frozen<DeploymentStatus>,
    annotations: Readonly<Record<string, string>> | undefined = this.deployment.metadata.annotations,
  ): Promise<void> {
    const metadata = { ...this.deployment.metadata, ...(annotations && { annotations }) };
    const next = { ...this.deployment, metadata, status };
    this.#wrote(await this.env.client.update<Deployment>(DEPLOYMENT.resource, next, 'status'));
  }

  /** @throws ApiError */
  async createSet(set: KubeObject): Promise<void> {
    this.newSet = await this.env.client.create<ReplicaSet>(REPLICA_SETS, set);
    this.#expectations.wrote(this.key, REPLICA_SETS, this.newSet);
  }

  /** Replaces a replica set by a new version of it. @throws ApiError */
  async writeSet(set: Frozen<ReplicaSet>): Promise<void> {
    const written = await this.env.client.update<ReplicaSet>(REPLICA_SETS, set);
    this.#expectations.wrote(this.key, REPLICA_SETS, written);
    const { uid } = written.metadata;
    if (this.newSet?.metadata.uid === uid) this.newSet = written;
    else this.oldSets = this.oldSets.map((old) => (old.metadata.uid === uid ? written : old));
  }

  /** @throws ApiError */
  async deleteSet(set: Frozen<ReplicaSet>): Promise<void> {
    await this.env.client.delete(REPLICA_SETS, keyOf(set));
    this.#expectations.deleted(this.key, REPLICA_SETS, set);
  }

  #wrote(deployment: Frozen<Deployment>): void {
    this.deployment = deployment;
    this.#expectations.wrote(this.key, DEPLOYMENT.resource, deployment);
  }
}
