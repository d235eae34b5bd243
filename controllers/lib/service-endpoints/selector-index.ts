import { type Frozen, getOwn } from '../../../server/base/freeze.ts';
import { type LabelSelector, type Labels, selectorFromLabels, selectorMatches } from '../../../server/kube/labels.ts';
import { type Key, keyOf } from '../../../server/kube/object.ts';
import type { Pod, Service } from '../../../server/kube/types.gen.ts';
import type { Change } from '../informer.ts';
import { isPodReady } from '../pods.ts';
import { selectsPods } from './pod-endpoint.ts';

/**
 * Finds the services that select a pod without looking at every service: each one stands under the first requirement
 * of its selector.
 */
export class SelectorIndex {
  readonly #services = new Map<string, Map<Frozen<Service>, LabelSelector>>();

  /** To be told every change of a service. */
  follow({ before, now }: Change<Service>): void {
    const entry = before && entryOf(before);
    if (entry !== undefined && before) {
      const services = this.#services.get(entry);
      services?.delete(before);
      if (services?.size === 0) this.#services.delete(entry);
    }
    const next = now && entryOf(now);
    if (next === undefined || !now) return;
    const selector = selectorFromLabels(now.spec.selector ?? {});
    const services = this.#services.get(next);
    if (services) services.set(now, selector);
    else this.#services.set(next, new Map([[now, selector]]));
  }

  /** Services whose endpoints a change of a pod may change, as upstream's GetServicesToUpdate tells them. */
  affectedBy({ before, now }: Change<Pod>): Iterable<Key> {
    const pod = now ?? before;
    if (!pod) return [];
    if (!before || !now) return this.#selecting(pod).values();
    const isSameSelection = before.metadata.labels === now.metadata.labels || hasSameLabels(before, now);
    // Services that selected the pod before and still do only care for the pod itself.
    const keepCommon = endpointChanged(before, now);
    if (isSameSelection && !keepCommon) return [];
    const services = this.#selecting(pod);
    if (isSameSelection) return services.values();
    const others = this.#selecting(before);
    for (const [name, key] of others) {
      if (services.has(name) && !keepCommon) services.delete(name);
      else services.set(name, key);
    }
    return services.values();
  }

  #selecting(pod: Frozen<Pod>): Map<string, Key> {
    const { namespace = '', labels = {} } = pod.metadata;
    const found = new Map<string, Key>();
    for (const [key, value] of Object.entries(labels)) {
      for (const [service, selector] of this.#services.get(entry(namespace, key, value)) ?? []) {
        if (selectorMatches(selector, labels)) found.set(service.metadata.name ?? '', keyOf(service));
      }
    }
    return found;
  }
}

const entry = (namespace: string, key: string, value: string): string => `${namespace}\n${key}=${value}`;

function entryOf(service: Frozen<Service>): string | undefined {
  if (!selectsPods(service)) return undefined;
  const [first] = Object.entries(service.spec.selector ?? {});
  return first && entry(service.metadata.namespace ?? '', ...first);
}

function hasSameLabels(before: Frozen<Pod>, now: Frozen<Pod>): boolean {
  const [a, b]: [Labels, Labels] = [before.metadata.labels ?? {}, now.metadata.labels ?? {}];
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => getOwn(b, key) === a[key]);
}

/** Whether the pod changed in what endpoints say about it. */
function endpointChanged(before: Frozen<Pod>, now: Frozen<Pod>): boolean {
  if (before.metadata.deletionTimestamp !== now.metadata.deletionTimestamp) return true;
  if (isPodReady(before) !== isPodReady(now)) return true;
  const [a, b] = [before.status.podIPs ?? [], now.status.podIPs ?? []];
  return a.length !== b.length || a.some(({ ip }, i) => b[i]?.ip !== ip);
}
