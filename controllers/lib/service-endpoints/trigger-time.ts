import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod, Service } from '../../../server/kube/types.gen.ts';
import { readyCondition } from '../pods.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Seen {
  service: string;
  /** By name: the version that was looked at, and when it became ready or stopped being so. */
  readonly pods: Map<string, { readonly pod: Frozen<Pod>; readonly time: string }>;
}

/**
 * Finds the time of the change that made endpoints change: of the earliest one since the last look. Times are RFC 3339
 * in UTC with whole seconds, so that they compare as text.
 */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** @returns undefined when nothing that has a time changed: the annotation then goes */
  next(key: string, service: Frozen<Service>, pods: readonly Frozen<Pod>[]): string | undefined {
    const known = this.#seen.get(key);
    const created = service.metadata.creationTimestamp ?? '';
    const seen = known ?? { service: '', pods: new Map() };
    let earliest: string | undefined;
    const note = (time: string, before: string): void => {
      if (time > before && (earliest === undefined || time < earliest)) earliest = time;
    };
    for (const pod of pods) {
      const { name = '' } = pod.metadata;
      const before = seen.pods.get(name);
      if (before?.pod === pod) continue;
      const time = readyCondition(pod)?.lastTransitionTime ?? '';
      note(time, before?.time ?? '');
      seen.pods.set(name, { pod, time });
    }
    if (seen.pods.size > pods.length) forgetOthers(seen, pods);
    note(created, seen.service);
    seen.service = created;
    this.#seen.set(key, seen);
    return known ? earliest : created || undefined;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

function forgetOthers(seen: Seen, pods: readonly Frozen<Pod>[]): void {
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  for (const name of seen.pods.keys()) if (!names.has(name)) seen.pods.delete(name);
}
