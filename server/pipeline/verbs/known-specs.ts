/**
 * Specs that new objects came with, by their JSON as the client wrote them. Tests and controllers make many objects
 * from one template; what they send is decoded, given its defaults and taken apart into fields once.
 */
import { deepFreeze, type Frozen } from '../../base/freeze.ts';
import { RecentMap } from '../../base/recent-map.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ResourceStore } from '../../registry/resource-store.ts';
import { inFieldOrder } from '../../schema/field-order.ts';

/** About as many as there are templates in use at the same time. */
const SPECS_MAX = 128;
/** Larger ones are decoded each time. */
const TEXT_CHARACTERS_MAX = 64 * 1024;

/** After so many specs in a row that nobody sent before, only some are still looked at. */
const MISSES_MAX = 32;
const LOOKED_AT_ONE_OF = 8;

/** The specs of one store. */
interface KnownSpecs {
  readonly byText: RecentMap<string, Frozen<object>>;
  /** In a row. */
  misses: number;
}

const stores = new WeakMap<ResourceStore, KnownSpecs>();

function knownOf(store: ResourceStore): KnownSpecs {
  let known = stores.get(store);
  if (!known) {
    known = { byText: new RecentMap(SPECS_MAX), misses: 0 };
    stores.set(store, known);
  }
  return known;
}

/** The spec of one body, and what is known of it. */
export interface GivenSpec {
  readonly text: string;
  /** The same spec, decoded and with its defaults. */
  readonly decoded: Frozen<object> | undefined;
}

/**
 * Looks for the spec of a parsed body among those of a store.
 *
 * @returns undefined for bodies without a spec, and when looking is hardly worth it
 * @example
 * givenSpec(store, { metadata: { name: 'web' }, spec: { containers: [] } })?.decoded
 */
export function givenSpec(store: ResourceStore, value: unknown): GivenSpec | undefined {
  const spec = (value as { spec?: unknown } | null)?.spec;
  if (typeof spec !== 'object' || spec === null) return undefined;
  const known = knownOf(store);
  if (known.misses > MISSES_MAX && known.misses++ % LOOKED_AT_ONE_OF !== 0) return undefined;
  const text = JSON.stringify(spec);
  const decoded = known.byText.get(text);
  if (decoded) known.misses = 0;
  return { text, decoded };
}

/**
 * Remembers what became of a spec, and freezes it, in order: parts of it are stored as they are. Only specs that
 * nothing was to be said about may be remembered.
 */
export function rememberSpec(store: ResourceStore, { text }: GivenSpec, object: KubeObject): void {
  if (text.length > TEXT_CHARACTERS_MAX || typeof object.spec !== 'object' || object.spec === null) return;
  const known = knownOf(store);
  const type = store.info.type.byName.get('spec')?.type.struct;
  const spec = deepFreeze(type ? inFieldOrder(object.spec, type) : object.spec);
  object.spec = spec;
  known.byText.set(text, spec);
  known.misses++;
}
