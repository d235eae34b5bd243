/** What a user's bindings give in a namespace, in an order in which a decision need not look at all of it. */
import type { AccessRequest } from '../pipeline/identity.ts';
import type { Grant } from './rbac-policy.ts';
import { type Rule, resourceNamesOf } from './rbac-rules.ts';

/** A rule and who gives it. */
export interface Given {
  readonly grant: Grant;
  readonly rule: Rule;
  /** Its place among all rules: the first that allows gives the reason. */
  readonly place: number;
}

const NONE: readonly Given[] = [];

export class Grants {
  readonly all: readonly Grant[];
  /** Why rules are missing. */
  readonly problems: readonly string[];
  readonly #rules: readonly Given[];
  /** By each of their resources, as rules write them. */
  #byResource: ReadonlyMap<string, readonly Given[]> | undefined;

  constructor(all: readonly Grant[]) {
    this.all = all;
    this.problems = all.flatMap(({ missing }) => missing ?? []);
    let place = 0;
    this.#rules = all.flatMap((grant) => grant.rules.map((rule) => ({ grant, rule, place: place++ })));
  }

  /** The rules that may be about a request, in their order. */
  about({ resource }: AccessRequest): readonly Given[] {
    if (!resource) return this.#rules;
    this.#byResource ??= byResource(this.#rules);
    let found = NONE;
    for (const name of resourceNamesOf(resource)) {
      const more = this.#byResource.get(name);
      if (more) found = found === NONE ? more : merged(found, more);
    }
    return found;
  }
}

function byResource(rules: readonly Given[]): Map<string, Given[]> {
  const found = new Map<string, Given[]>();
  for (const given of rules) {
    for (const name of new Set(given.rule.resources ?? [])) {
      const known = found.get(name);
      if (known) known.push(given);
      else found.set(name, [given]);
    }
  }
  return found;
}

const merged = (one: readonly Given[], other: readonly Given[]): Given[] =>
  [...new Set([...one, ...other])].sort((a, b) => a.place - b.place);
