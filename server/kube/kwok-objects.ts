/** Objects of kwok.x-k8s.io/v1alpha1 that say how pods behave: which of them are about a pod. */
import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from './object.ts';

/** Reads the objects of a resource as they are stored; there are none where it is not served. */
export type KwokObjects = (resource: string, namespace?: string) => readonly Frozen<KubeObject>[];

/** The two kinds of objects that say the same, of one pod by its name and of many. */
export interface KwokKind {
  /** `execs`: objects that are called as their pod. */
  readonly own: string;
  /** `clusterexecs`: objects with a selector. */
  readonly cluster: string;
  /** The field with a list of what they say. */
  readonly field: string;
}

const GROUP = 'kwok.x-k8s.io';

interface Selector {
  readonly matchNamespaces?: readonly string[];
  readonly matchNames?: readonly string[];
}

type Spec = Readonly<Record<string, unknown>> & { readonly selector?: Selector };

const specOf = (object: Frozen<KubeObject>): Spec => ((object as { spec?: unknown }).spec ?? {}) as Spec;

const isAmong = (value: string, values: readonly string[] | undefined): boolean =>
  !values || values.length === 0 || values.includes(value);

/**
 * What the objects say of a part of a pod: the one that is called as the pod, else the first of those that select it
 * and say something. Of its entries one that names the part comes before one that names none.
 *
 * @param names the parts that an entry is about, which may be empty
 */
export function kwokEntry<T extends object, P>(
  objects: KwokObjects,
  { own, cluster, field }: KwokKind,
  pod: { readonly namespace: string; readonly name: string },
  part: P,
  names: (entry: T) => readonly P[] | undefined,
): T | undefined {
  const entryOf = (object: Frozen<KubeObject>): T | undefined => {
    const entries = (specOf(object)[field] ?? []) as readonly T[];
    return entries.find((entry) => names(entry)?.includes(part)) ?? entries.find((entry) => !names(entry)?.length);
  };
  const named = objects(`${own}.${GROUP}`, pod.namespace).find(({ metadata }) => metadata.name === pod.name);
  if (named) return entryOf(named);
  for (const object of objects(`${cluster}.${GROUP}`)) {
    const { selector = {} } = specOf(object);
    if (!isAmong(pod.namespace, selector.matchNamespaces) || !isAmong(pod.name, selector.matchNames)) continue;
    const entry = entryOf(object);
    if (entry) return entry;
  }
  return undefined;
}
