import { type Key, keyText } from '../../server/kube/object.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { Pass } from './pass.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 15 * 60 * 1000;

interface Entry {
  /** The version of the set that the failures are about: a new template begins anew. */
  readonly version: string;
  readonly delayMs: number;
  readonly atMs: number;
}

/**
 * How long a pod that failed stays before another takes its place: a kubelet that refuses a pod would otherwise refuse
 * the next one as fast as it comes (client-go's flowcontrol.Backoff, by set and node).
 */
export class FailedPods {
  readonly #sets = new Map<string, Map<string, Entry>>();

  /** How long the failed pod on a node has to stay; 0 when it may go, which begins the next and longer delay. */
  delayMs({ set, key, nowMs }: Pass, node: string): number {
    const text = keyText(key);
    const nodes = this.#sets.get(text) ?? new Map<string, Entry>();
    this.#sets.set(text, nodes);
    const version = `${set.metadata.uid}/${set.status.observedGeneration ?? 0}`;
    const found = nodes.get(node);
    const before = found?.version === version && nowMs - found.atMs <= 2 * LONGEST_MS ? found : undefined;
    if (before && nowMs - before.atMs < before.delayMs) return before.delayMs;
    const delayMs = before ? Math.min(2 * before.delayMs, LONGEST_MS) : FIRST_MS;
    nodes.set(node, { version, delayMs, atMs: nowMs });
    return 0;
  }

  /** The daemon set is gone. */
  forget(key: Key): void {
    this.#sets.delete(keyText(key));
  }
}

const perController = new WeakMap<ControllerEnv, FailedPods>();

/** The failures that one running controller knows of. */
export function failedPodsOf(env: ControllerEnv): FailedPods {
  let failures = perController.get(env);
  if (!failures) {
    failures = new FailedPods();
    perController.set(env, failures);
  }
  return failures;
}
