/**
 * Specs that new objects came with, by their JSON as the client wrote them. Tests and controllers make many objects
 * from one template; what they send is decoded, given its defaults and taken apart into fields once.
 */
import { deepFreeze, type Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ResourceStore } from '../../registry/resource-store.ts';

/** About as many as there are templates in a busy cluster. */
const SPECS_MAX = 512;
/** Larger ones are decoded each time. */
const TEXT_CHARACTERS_MAX = 64 * 1024;

const stores = new WeakMap<ResourceStore, Map<string, Frozen<object>>>();

/** The spec of one body, and what is known of it. */
export interface GivenSpec {
  readonly text: string;
  /** The same spec, decoded and with its defaults. */
  readonly decoded: Frozen<object> | undefined;
}

/**
 * Looks for the spec of a parsed body among those of a store.
 *
 * @returns undefined for bodies without a spec
 * @example
 * givenSpec(store, { metadata: { name: 'web' }, spec: { containers: [] } })?.decoded
 */
export function givenSpec(store: ResourceStore, value: unknown): GivenSpec | undefined {
  const spec = (value as { spec?: unknown } | null)?.spec;
  if (typeof spec !== 'object' || spec === null) return undefined;
  const text = JSON.stringify(spec);
  return { text, decoded: stores.get(store)?.get(text) };
}

/** Remembers what became of a spec, and freezes it. Only specs that nothing was to be said about may be remembered. */
export function rememberSpec(store: ResourceStore, { text }: GivenSpec, object: KubeObject): void {
  if (text.length > TEXT_CHARACTERS_MAX || typeof object.spec !== 'object' || object.spec === null) return;
  let known = stores.get(store);
  if (!known) {
    known = new Map();
    stores.set(store, known);
  }
  if (known.size >= SPECS_MAX) known.clear();
  known.set(text, deepFreeze(object.spec));
}
