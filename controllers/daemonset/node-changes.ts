import type { Cancel } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { DaemonSet, Node, Pod } from '../../server/kube/types.gen.ts';
import { controllerRefOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { DAEMON_SET } from '../lib/controller-revision.ts';
import { PODS } from '../lib/pods.ts';
import { NODES } from './pass.ts';
import { daemonTolerations, placementOn } from './placement.ts';

/** Nodes say all the time that they are alive; daemon sets only read these parts. */
function isSame(a: Frozen<Node>, b: Frozen<Node>): boolean {
  return deepEqual(a.metadata.labels, b.metadata.labels) && deepEqual(a.spec.taints, b.spec.taints);
}

/** The daemon sets that have a pod on a node. */
function setsOn(node: string, env: ControllerEnv): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const pod of env.lister<Pod>(PODS).onNode(node)) {
    const owner = controllerRefOf(pod);
    if (owner?.kind !== DAEMON_SET.kind) continue;
    keys.add(keyText({ namespace: pod.metadata.namespace ?? '', name: owner.name }));
  }
  return keys;
}

/** The daemon sets that have something to do, or to tell, about a node (syncNodeUpdate). */
function concernedBy(node: Frozen<Node>, isGone: boolean, env: ControllerEnv): Key[] {
  const sets = env.lister<DaemonSet>(DAEMON_SET.resource).list();
  if (sets.length === 0) return [];
  const there = setsOn(node.metadata.name ?? '', env);
  const keys: Key[] = [];
  for (const set of sets) {
    const key = keyOf(set);
    const { spec } = set.spec.template;
    const { shouldRun, mayStay } = placementOn(node, spec, daemonTolerations(spec));
    const isThere = there.has(keyText(key));
    const isWrong = isThere ? !mayStay || set.status.numberMisscheduled > 0 : shouldRun;
    // Upstream does not look at nodes that go, and learns of them when their pods are collected.
    if (isWrong || (isGone && isThere)) keys.push(key);
  }
  return keys;
}

/** Wakes daemon sets when nodes come, change or go. Those that are there at first concern nobody: all sets look. */
export function watchNodes(env: ControllerEnv): Cancel {
  let isFirst = true;
  const cancel = env.onChange<Node>(NODES, ({ before, now }) => {
    const node = now ?? before;
    if (isFirst || !node || (before && now && isSame(before, now))) return;
    for (const key of concernedBy(node, now === undefined, env)) env.enqueue(key);
  });
  isFirst = false;
  return cancel;
}
