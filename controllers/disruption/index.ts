import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Pod, PodDisruptionBudget } from '../../server/kube/types.gen.ts';
import { labelSelectorOf } from '../lib/adopt.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { OWNERS } from './expected-pods.ts';
import { endStaleTarget, isTarget } from './stale-target.ts';
import { BUDGETS, syncBudget } from './sync.ts';

/** No object's name has a slash: keys that begin so are those of pods. */
const POD_PREFIX = 'pods/';

/** Keeps the status of budgets: how many of their pods may be disrupted right now. */
export const controller: ControllerDefinition = {
  name: 'disruption-controller',
  queue: 'disruption',
  account: 'disruption-controller',
  eventSource: 'controllermanager',
  watches: [self(BUDGETS)],
  reads: [PODS, ...OWNERS],
  start,
  reconcile: (key, env) =>
    key.name.startsWith(POD_PREFIX)
      ? endStaleTarget({ namespace: key.namespace, name: key.name.slice(POD_PREFIX.length) }, env)
      : syncBudget(key, env),
};

function start(env: ControllerEnv): Cancel {
  return env.onChange<Pod>(PODS, ({ before, now }) => {
    const budgets = now ? budgetsOf(now, env) : [];
    for (const budget of budgets) env.enqueue(keyOf(budget));
    const [first, second] = budgets;
    if (now && first && second) tellOfSeveral(now, first, env);
    // A pod that left a budget, by its end or by its labels, is missed there.
    if (before && before.metadata.labels !== now?.metadata.labels)
      for (const budget of budgetsOf(before, env)) env.enqueue(keyOf(budget));
    if (now && isTarget(now)) env.enqueue(podKey(now));
  });
}

function podKey(pod: Frozen<Pod>): Key {
  const { namespace, name } = keyOf(pod);
  return { namespace, name: `${POD_PREFIX}${name}` };
}

/** An empty selector selects all pods of the namespace, a missing one none. */
function budgetsOf({ metadata }: Frozen<Pod>, env: ControllerEnv): Frozen<PodDisruptionBudget>[] {
  const budgets = env.lister<PodDisruptionBudget>(BUDGETS).list(metadata.namespace ?? '');
  return budgets.filter(
    ({ spec }) => spec.selector && selectorMatches(labelSelectorOf(spec.selector), metadata.labels),
  );
}

/** Upstream looks at the one that it names and at no other; here all of them are looked at. */
function tellOfSeveral(pod: Frozen<Pod>, chosen: Frozen<PodDisruptionBudget>, env: ControllerEnv): void {
  const { namespace = '', name = '' } = pod.metadata;
  const budget = goQuote(chosen.metadata.name ?? '');
  const about = `${goQuote(namespace)}/${goQuote(name)}`;
  const message = `Pod ${about} matches multiple PodDisruptionBudgets.  Chose ${budget} arbitrarily.`;
  env.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', message);
}
