/** Replica sets and replication controllers: one engine, as upstream's, which serves the older kind by an adapter. */

import type { Frozen } from '../../server/base/freeze.ts';
import type { ReplicaSet, ReplicationController } from '../../server/kube/types.gen.ts';
import { labelSelectorOf, mapSelectorOf, ownedOrAdoptable } from '../lib/adopt.ts';
import { type ControllerDefinition, self } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import type { Replicated, ReplicatedKind } from './replicated.ts';
import { sync } from './sync.ts';

const REPLICA_SET: ReplicatedKind = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  resource: 'apps/v1/replicasets',
  selectorOf(set) {
    const { selector } = (set as Frozen<ReplicaSet>).spec;
    return selector ? labelSelectorOf(selector) : undefined;
  },
  countsTerminating: true,
};

const REPLICATION_CONTROLLER: ReplicatedKind = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  resource: 'v1/replicationcontrollers',
  selectorOf(set) {
    const { selector } = (set as Frozen<ReplicationController>).spec;
    return selector ? mapSelectorOf(selector) : undefined;
  },
  countsTerminating: false,
};

function definitionOf(name: string, account: string, queue: string, kind: ReplicatedKind): ControllerDefinition {
  return {
    name,
    account,
    queue,
    watches: [self(kind.resource), ownedOrAdoptable<Replicated>(PODS, kind, kind.selectorOf)],
    reconcile: (key, env) => sync(key, env, kind),
  };
}

/** Keeps as many pods of each replica set as it asks for. */
export const controller = definitionOf('replicaset-controller', 'replicaset-controller', 'replicaset', REPLICA_SET);

/** The same for replication controllers. */
export const replicationController = definitionOf(
  'replicationcontroller-controller',
  'replication-controller',
  'replicationmanager',
  REPLICATION_CONTROLLER,
);
