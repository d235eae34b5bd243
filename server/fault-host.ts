/** Lets nodes, controllers and the certificate fail, for as long as a rule wants. */
import { type Cancel, type Clock, systemClock } from './base/clock.ts';
import { nearNames } from './base/near-names.ts';
import { seededRandom, systemRandom } from './base/random.ts';
import { type ApiError, badRequest } from './kube/api-error.ts';
import { type FaultHost, Faults } from './pipeline/faults/faults.ts';
import type { Catalog } from './registry/catalog.ts';

interface SwitchState {
  readonly name: string;
  readonly enabled: boolean;
  readonly namespaces?: Readonly<Record<string, boolean>>;
}

export interface FaultHostParts {
  readonly nodes: { has(name: string): boolean; names(): readonly string[]; lose(name: string): Cancel };
  readonly controllers: {
    list(): readonly SwitchState[];
    set(name: string, enabled: boolean, namespace?: string): Promise<unknown>;
    unset(name: string, namespace: string): Promise<unknown>;
  };
  /** What is served at present. */
  readonly groups: () => Catalog['groups'];
  /** Shows new connections an expired certificate, or the good one again; of a cluster with a port of its own. */
  readonly showExpired?: (isExpired: boolean) => void;
}

const SUFFIX = '-controller';

/** Several rules may want the same: it begins with the first and ends with the last one. */
class Shared {
  readonly #wanted = new Map<string, { count: number; readonly end: Cancel }>();

  want(what: string, begin: () => Cancel): Cancel {
    const entry = this.#wanted.get(what) ?? { count: 0, end: begin() };
    this.#wanted.set(what, entry);
    entry.count++;
    let isWanted = true;
    return () => {
      if (!isWanted) return;
      isWanted = false;
      entry.count--;
      if (entry.count > 0) return;
      this.#wanted.delete(what);
      entry.end();
    };
  }
}

/** The faults of one cluster. */
export function createFaults(clock: Clock, seed: number | undefined, parts: FaultHostParts): Faults {
  return new Faults({
    clock,
    realClock: systemClock(),
    // Sequences of their own: what faults draw must not change the names and uids of a seed.
    randomOf: (rule) => (seed === undefined ? systemRandom() : seededRandom(seed + rule)),
    host: faultHost(parts),
  });
}

function faultHost({ nodes, controllers, groups, showExpired }: FaultHostParts): FaultHost {
  const shared = new Shared();
  const pending = new Set<Promise<unknown>>();
  const follow = (work: Promise<unknown>): void => {
    const ended = work.finally(() => pending.delete(ended));
    pending.add(ended);
  };
  return {
    ...(showExpired && {
      expireCertificate: () =>
        shared.want('certificate', () => {
          showExpired(true);
          return () => showExpired(false);
        }),
    }),
    resources: () =>
      groups().flatMap(({ versions }) =>
        versions.flatMap(({ resources }) => resources.map(({ resource }) => resource)),
      ),
    loseNode(name) {
      if (!nodes.has(name)) throw unknown('node', 'simulated node', name, nodes.names());
      return nodes.lose(name);
    },
    switchOff(given, namespace) {
      const states = controllers.list();
      const state = states.find(({ name }) => name === given || name === `${given}${SUFFIX}`);
      if (!state)
        throw unknown(
          'controller',
          'controller',
          given,
          states.map(({ name }) => name),
        );
      const { name } = state;
      return shared.want(`${name} ${namespace ?? ''}`, () => {
        const before = namespace === undefined ? state.enabled : state.namespaces?.[namespace];
        follow(controllers.set(name, false, namespace));
        return () => {
          if (before !== undefined) follow(controllers.set(name, before, namespace));
          else if (namespace !== undefined) follow(controllers.unset(name, namespace));
        };
      });
    },
    async obeyed() {
      await Promise.all(pending);
    },
  };
}

function unknown(field: string, what: string, name: string, known: readonly string[]): ApiError {
  const [near] = nearNames(name, known, SUFFIX);
  const hint = near === undefined ? `there are ${known.join(', ') || 'none'}` : `did you mean ${JSON.stringify(near)}?`;
  return badRequest(`rule.${field}: there is no ${what} ${JSON.stringify(name)}: ${hint}`);
}
