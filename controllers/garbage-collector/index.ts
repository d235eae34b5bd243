import { type Cancel, realOf } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { disabledControllersOf } from '../lib/gate.ts';
import type { Again } from '../lib/work-queue.ts';
import { Collector } from './collector.ts';

/** What nobody can tell yet is looked at again after this, doubled each time. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 1000 * 1000;
/** A stream that broke begins anew after this. */
const RECONNECT_MS = 1000;

interface Running {
  readonly collector: Collector;
  readonly postponed: Map<string, number>;
}

const running = new WeakMap<ControllerEnv, Running>();

/** Follows owner references: background, foreground and orphaning deletion. */
export const controller: ControllerDefinition = {
  name: 'garbage-collector-controller',
  queue: 'garbage_collector_attempt_to_delete',
  account: 'generic-garbage-collector',
  eventSource: 'garbage-collector-controller',
  // What has an owner goes with it; what is being deleted may wait for what it owns.
  concerns: (_resource, { metadata: { ownerReferences = [], deletionTimestamp } }) =>
    ownerReferences.length > 0 || deletionTimestamp !== undefined,
  watches: [],
  workers: 20,
  objectOf: ({ name: uid }, env) => running.get(env)?.collector.graph.node(uid)?.object,
  start,
  reconcile,
};

/** Events own nothing, and nothing owns them. */
const isIgnored = ({ kind, apiVersion }: Frozen<KubeObject>): boolean =>
  kind === 'Event' && (apiVersion === 'v1' || apiVersion?.startsWith('events.k8s.io/') === true);

const bringsKinds = ({ kind }: Frozen<KubeObject>): boolean =>
  kind === 'CustomResourceDefinition' || kind === 'APIService';

function start(env: ControllerEnv): Cancel {
  const collector = new Collector(env);
  running.set(env, { collector, postponed: new Map() });
  const { graph, kinds } = collector;
  let stream = 0;
  let cancel: Cancel;
  const follow = (): void => {
    const current = ++stream;
    cancel = env.client.watchAll(
      { existing: true },
      {
        event: (type, object) => {
          if (isIgnored(object)) return;
          if (bringsKinds(object)) kinds.forget();
          if (type === 'DELETED') graph.remove(object.metadata.uid ?? '');
          else {
            const { uid = '' } = object.metadata;
            const before = graph.node(uid)?.object;
            graph.observe(object, current);
            // The one annotation that means something here.
            if (disabledControllersOf(before) !== disabledControllersOf(object))
              env.enqueue({ namespace: '', name: uid });
          }
        },
        synced: () => graph.removeOlderThan(current),
        end: () => {
          cancel = realOf(env.clock).schedule(RECONNECT_MS, follow);
        },
      },
    );
  };
  cancel = () => undefined;
  follow();
  return () => cancel();
}

async function reconcile({ name: uid }: Key, env: ControllerEnv): Promise<Again | undefined> {
  const state = running.get(env);
  if (!state) return undefined;
  const { collector, postponed } = state;
  if ((await collector.process(uid)) === 'done') {
    postponed.delete(uid);
    return undefined;
  }
  const times = postponed.get(uid) ?? 0;
  postponed.set(uid, times + 1);
  return { againInMs: Math.min(FIRST_RETRY_MS * 2 ** times, LONGEST_RETRY_MS), kind: 'retry' };
}
