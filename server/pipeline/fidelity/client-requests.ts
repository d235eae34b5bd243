/**
 * What clients ask for, counted by kind and verb, so that a test suite can see how much of what it relies on is exactly
 * Kubernetes. Every request of a client passes here: names and classes are only looked up when somebody asks for them.
 */
import { ApiError } from '../../kube/api-error.ts';
import type { ResourceInfo } from '../../schema/type-table.ts';
import type { ApiRequest } from '../request.ts';
import { isApply } from '../write-options.ts';
import { type Fidelity, fidelityId, fidelityOf, fidelityVerbs, isRisky } from './fidelity.ts';

/** Requests of one kind and verb, as `GET /-/fidelity` tells of them. */
export interface FidelityCount {
  /** `apps/v1/deployments/scale` */
  readonly resource: string;
  readonly kind: string;
  readonly verb: string;
  readonly fidelity: Fidelity;
  readonly count: number;
}

export interface FidelityReport {
  /** Whether approximate requests are refused. */
  readonly strict: boolean;
  readonly totals: Readonly<Record<Fidelity, number>>;
  /** What is no exact answer comes first. */
  readonly requests: readonly FidelityCount[];
}

interface Counter {
  readonly verb: string;
  count: number;
  readonly isRefused: boolean;
}

/** By verb. */
type Counters = ReadonlyMap<string, Counter>;

const ORDER: readonly Fidelity[] = ['absent', 'approximate', 'exact'];

export class ClientRequests {
  readonly #strict: boolean;
  readonly #byResource = new Map<ResourceInfo, Map<string, Counters>>();
  /** Requests for objects of custom resources, by `example.com/v1/foos` and verb. */
  readonly #custom = new Map<string, { readonly kind: string; readonly verbs: Map<string, number> }>();

  /** @param strict whether to refuse what is served approximately */
  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Counts a request for a resource. @throws ApiError 501 for what `--strict` refuses */
  meet(request: ApiRequest, info: ResourceInfo): void {
    const { verb, subresource } = request.info;
    if (info.isCustom) {
      this.#meetCustom(fidelityId(info, subresource), info.kind, verb === 'patch' && isApply(request) ? 'apply' : verb);
      return;
    }
    const counters = this.#countersOf(info, subresource);
    const counter = (verb === 'patch' && isApply(request) && counters.get('apply')) || counters.get(verb);
    if (!counter) return;
    counter.count++;
    if (counter.isRefused) throw refusal(counter.verb, info, subresource);
  }

  /** What is served of custom resources is one mechanism, which is compared as a whole. */
  #meetCustom(id: string, kind: string, verb: string): void {
    const counts = this.#custom.get(id) ?? { kind, verbs: new Map<string, number>() };
    this.#custom.set(id, counts);
    counts.verbs.set(verb, (counts.verbs.get(verb) ?? 0) + 1);
  }

  report(): FidelityReport {
    const requests = [...this.#builtIn(), ...this.#declared()].sort(
      (a, b) => ORDER.indexOf(a.fidelity) - ORDER.indexOf(b.fidelity) || (a.resource < b.resource ? -1 : 1),
    );
    const totals = { absent: 0, approximate: 0, exact: 0 };
    for (const { fidelity, count } of requests) totals[fidelity] += count;
    return { strict: this.#strict, totals, requests };
  }

  #countersOf(info: ResourceInfo, subresource: string): Counters {
    let parts = this.#byResource.get(info);
    if (!parts) {
      parts = new Map();
      this.#byResource.set(info, parts);
    }
    let counters = parts.get(subresource);
    if (!counters) {
      const id = fidelityId(info, subresource);
      const isRefused = (verb: string): boolean => this.#strict && isRisky(id, verb);
      const verbs = fidelityVerbs(info, subresource);
      counters = new Map(verbs.map((verb) => [verb, { verb, count: 0, isRefused: isRefused(verb) }]));
      // A client may ask for what there is not, in ever new words.
      if (verbs.length > 0) parts.set(subresource, counters);
    }
    return counters;
  }

  #builtIn(): FidelityCount[] {
    return [...this.#byResource].flatMap(([info, parts]) =>
      [...parts].flatMap(([subresource, counters]) => {
        const id = fidelityId(info, subresource);
        return [...counters.values()]
          .filter(({ count }) => count > 0)
          .map(({ verb, count }) => ({ resource: id, kind: info.kind, verb, fidelity: fidelityOf(id, verb), count }));
      }),
    );
  }

  #declared(): FidelityCount[] {
    return [...this.#custom].flatMap(([resource, { kind, verbs }]) =>
      [...verbs].map(([verb, count]) => ({ resource, kind, verb, fidelity: 'exact' as const, count })),
    );
  }
}

function refusal(verb: string, info: ResourceInfo, subresource: string): ApiError {
  const feature = `${verb} of ${fidelityId(info, subresource)}`;
  const message = `fauxkube answers ${feature} only approximately, which --strict refuses: see docs/fidelity.md`;
  return new ApiError(501, 'NotImplemented', message, { causes: [{ reason: 'NotImplemented', message: feature }] });
}
