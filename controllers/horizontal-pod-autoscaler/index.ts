/** Scales workloads by what is measured: k8s.io/kubernetes/pkg/controller/podautoscaler. Start at {@link Pass}. */
import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import type { MetricsSource } from '../../server/kube/metrics-source.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { HorizontalPodAutoscaler, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { History } from './history.ts';
import { AUTOSCALERS, Pass } from './pass.ts';
import { Quiet } from './quiet.ts';
import { servedMetrics } from './served-metrics.ts';

/** Each autoscaler is looked at so often, whatever changes (horizontal-pod-autoscaler-sync-period). */
const SYNC_PERIOD_MS = 15_000;

/** What is known of one autoscaler. */
interface Known {
  readonly key: Key;
  readonly history: History;
  readonly quiet: Quiet;
}

/** What one run of the controller remembers. */
interface Memory {
  readonly source: MetricsSource;
  readonly histories: Map<string, Known>;
}

/**
 * @param metrics where usage is learnt; unless given, whoever serves the metrics APIs in the cluster is asked
 */
export function createHorizontalPodAutoscaler(metrics?: MetricsSource): ControllerDefinition {
  const memories = new WeakMap<ControllerEnv, Memory>();
  const memoryOf = (env: ControllerEnv): Memory => {
    let memory = memories.get(env);
    if (!memory) {
      memory = { source: metrics ?? servedMetrics(env.client), histories: new Map() };
      memories.set(env, memory);
    }
    return memory;
  };
  return {
    name: 'horizontal-pod-autoscaler-controller',
    queue: 'horizontalpodautoscaler',
    account: 'horizontal-pod-autoscaler',
    concerns: (resource) => resource === 'horizontalpodautoscalers.autoscaling',
    watches: [],
    reads: [AUTOSCALERS, PODS],
    workers: 5,
    start: (env) => start(env, memoryOf(env)),
    reconcile: (key, env) => reconcile(key, env, memoryOf(env)),
  };
}

/** A changed status is no reason to look again before it is time. */
function start(env: ControllerEnv, { histories }: Memory): Cancel {
  const cancels = [
    env.onChange<HorizontalPodAutoscaler>(AUTOSCALERS, ({ before, now }) => {
      const object = now ?? before;
      if (object && !(before && now && before.metadata.generation === now.metadata.generation))
        env.enqueue(keyOf(object));
    }),
    env.onChange<Pod>(PODS, ({ before, now }) => {
      const { namespace } = (now ?? before)?.metadata ?? {};
      for (const { key, quiet } of histories.values())
        if (key.namespace === namespace && quiet.end()) env.enqueue(key, SYNC_PERIOD_MS);
    }),
  ];
  return () => {
    for (const cancel of cancels) cancel();
  };
}

async function reconcile(
  key: Key,
  env: ControllerEnv,
  { source, histories }: Memory,
): Promise<{ againInMs: number } | undefined> {
  const autoscaler = env.lister<HorizontalPodAutoscaler>(AUTOSCALERS).get(key);
  if (!autoscaler) {
    histories.delete(keyText(key));
    return undefined;
  }
  let known = histories.get(keyText(key));
  if (!known) {
    known = { key, history: new History(), quiet: new Quiet() };
    histories.set(keyText(key), known);
  }
  const sharing = (namespace: string, pods: readonly Frozen<Pod>[]): Key[] =>
    [...histories.values()]
      .filter((one) => one.key.namespace === namespace && selectsOneOf(one.history, pods))
      .map((one) => one.key)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  try {
    const isNews = await new Pass(autoscaler, { env, source, history: known.history, sharing }).run();
    if (isNews) known.quiet.end();
  } catch (err) {
    // Trying again sooner would not make it better; upstream does not either.
    env.log.debug({ controller: 'horizontal-pod-autoscaler', key, err }, 'an autoscaler could not be looked at');
  }
  return { againInMs: SYNC_PERIOD_MS + known.quiet.passMs(autoscaler, env.clock) };
}

function selectsOneOf({ selector }: History, pods: readonly Frozen<Pod>[]): boolean {
  return selector !== undefined && pods.some(({ metadata }) => selectorMatches(selector, metadata.labels));
}
