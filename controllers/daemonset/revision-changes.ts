import type { Cancel } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { LabelSelector } from '../../server/kube/labels.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { ControllerRevision, DaemonSet } from '../../server/kube/types.gen.ts';
import { controllerRefOf, labelSelectorOf, ownedOrAdoptable } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { DAEMON_SET } from '../lib/controller-revision.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { REVISIONS } from './pass.ts';

/** The selector of a set that has one. */
export function selectorOf({ spec }: Frozen<DaemonSet>): LabelSelector | undefined {
  return spec.selector ? labelSelectorOf(spec.selector) : undefined;
}

const owned = ownedOrAdoptable<DaemonSet>(REVISIONS, DAEMON_SET, selectorOf);

/** The sets that look at their revisions because of a change: addHistory, updateHistory and deleteHistory. */
function concernedBy(
  before: Frozen<ControllerRevision> | undefined,
  now: Frozen<ControllerRevision> | undefined,
  env: ControllerEnv,
): readonly Key[] {
  if (!now) return before && controllerRefOf(before) ? owned.keys(before, env) : [];
  const owner = controllerRefOf(now);
  if (!before) {
    const keys = owned.keys(now, env);
    // Upstream leaves alone one that somebody made for a set: not before it looks next does it find one too many. A set
    // that waits for one of its own looks again.
    return owner ? keys.filter((key) => expectationsOf(env).awaits(key, REVISIONS)) : keys;
  }
  const ownerBefore = controllerRefOf(before);
  const hasMoved = !deepEqual(owner, ownerBefore);
  const isChanged = owner !== undefined || hasMoved || !deepEqual(before.metadata.labels, now.metadata.labels);
  return [...(hasMoved && ownerBefore ? owned.keys(before, env) : []), ...(isChanged ? owned.keys(now, env) : [])];
}

/** Wakes daemon sets when revisions come, change or go. Those that are there at first concern nobody: all sets look. */
export function watchRevisions(env: ControllerEnv): Cancel {
  let isFirst = true;
  const cancel = env.onChange<ControllerRevision>(REVISIONS, ({ before, now }) => {
    if (isFirst) return;
    const keys = new Map(concernedBy(before, now, env).map((key) => [keyText(key), key]));
    for (const key of keys.values()) env.enqueue(key);
  });
  isFirst = false;
  return cancel;
}
