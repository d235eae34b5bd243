/** A state of a cluster that is kept in memory under a name. */
import { ApiError, badRequest } from '../../kube/api-error.ts';
import type { ToldPod } from '../../kube/pod-script.ts';
import type { Captured } from '../../storage/storage.ts';
import type { ToldMetric } from '../told-metrics.ts';

/** How the switch of a controller stands. */
export interface SwitchState {
  readonly enabled: boolean;
  readonly namespaces: Readonly<Record<string, boolean>>;
}

/** What a state has besides its objects: all that `reset()` takes back. */
export interface Beside {
  /** Switches of controllers that were thrown, by name. */
  readonly switches: ReadonlyMap<string, SwitchState>;
  /** What pods were told, by uid. */
  readonly scripts: ReadonlyMap<string, ToldPod>;
  readonly metrics: readonly ToldMetric[];
}

/** As it is at first. */
export const NOTHING_TOLD: Beside = { switches: new Map(), scripts: new Map(), metrics: [] };

export interface Savepoint {
  readonly name: string;
  /** When it was made, by the machine's clock. */
  readonly savedMs: number;
  /** What the cluster's clock said. */
  readonly clockMs: number;
  readonly state: Captured;
  readonly beside: Beside;
}

/** What is told of a savepoint. */
export interface SavepointFacts {
  readonly name: string;
  readonly time: string;
  readonly clock: string;
  readonly revision: number;
  readonly objects: number;
}

export function factsOf({ name, savedMs, clockMs, state }: Savepoint): SavepointFacts {
  return {
    name,
    time: new Date(savedMs).toISOString(),
    clock: new Date(clockMs).toISOString(),
    revision: state.revision,
    objects: state.size,
  };
}

/** The name of the present state, where two states are compared. */
export const NOW = 'now';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;

/** What a virtual cluster begins with that is told to begin with one of these, whatever has that name. */
export const BEGINNINGS: ReadonlyMap<string, string> = new Map([
  ['main', 'the cluster that the process was started with'],
  ['fixtures', 'the state that the cluster began with'],
  ['empty', 'a cluster without fixtures'],
]);

/** @throws ApiError 400 */
export function checkName(name: string): void {
  const meaning = name === NOW ? 'the present state' : BEGINNINGS.get(name);
  if (NAME.test(name) && meaning === undefined) return;
  const wanted = 'up to 63 small letters, digits, hyphens and dots, with a letter or digit at both ends';
  throw badRequest(
    meaning !== undefined
      ? `"${name}" cannot be the name of a savepoint: it means ${meaning}`
      : `${JSON.stringify(name)} cannot be the name of a savepoint: it has to be ${wanted}`,
  );
}

export function noSuchSavepoint(name: string, known: readonly string[]): ApiError {
  const there = known.length > 0 ? `there are ${known.join(', ')}` : 'there is none';
  return new ApiError(404, 'NotFound', `there is no savepoint ${JSON.stringify(name)}; ${there}`, {
    name,
    kind: 'savepoints',
  });
}
