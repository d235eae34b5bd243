/** The faults of one cluster: its rules, and which of them are about requests, events and other things. */
import type { Cancel, Clock } from '../../base/clock.ts';
import { nearNames } from '../../base/near-names.ts';
import type { Random } from '../../base/random.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';
import { WrongField } from '../../kube/script-fields.ts';
import { Fault } from './fault.ts';
import type { FaultControls, FaultReport, FaultRule } from './fault-rule.ts';
import { type ReadRule, type RequestFault, readRule, type StateFault } from './read-rule.ts';
import type { EndFault, EventFault } from './watch-fault.ts';

/** What else than requests can fail, by whoever can make it so. All say with an ApiError what cannot be. */
export interface FaultHost {
  /** Shows an expired certificate from now on; without it the cluster has no port of its own. */
  readonly expireCertificate?: () => Cancel;
  /** Names of all resources that are served at present. */
  resources(): readonly string[];
  loseNode(name: string): Cancel;
  switchOff(controller: string, namespace: string | undefined): Cancel;
  /** Resolves when controllers that have been switched off write nothing any more. */
  obeyed(): Promise<void>;
}

export interface FaultsParts {
  /** The cluster's. */
  readonly clock: Clock;
  /** That of the machine: clients wait by it. */
  readonly realClock: Clock;
  /** A sequence for each rule, counted from the last time that there was none. */
  readonly randomOf: (rule: number) => Random;
  readonly host: FaultHost;
}

/** A watch that runs: it may have to end because of a new rule. */
export interface RunningWatch {
  meet(fault: Fault<EndFault>): void;
}

type Of<E extends ReadRule['effect']> = readonly Fault<E>[];

const isOf =
  <E extends ReadRule['effect']>(...types: readonly E['type'][]) =>
  (fault: Fault): fault is Fault<E> =>
    types.includes(fault.read.effect.type as E['type']);
const isRequestFault = isOf<RequestFault>('request');
const isEventFault = isOf<EventFault>('event');
const isEndFault = isOf<EndFault>('end');

/**
 * @example
 * const faults = new Faults(parts);
 * const end = faults.add({ match: { verbs: ['list'] }, code: 503, times: 1 });
 */
export class Faults implements FaultControls {
  readonly parts: FaultsParts;
  readonly #all = new Map<string, Fault>();
  readonly #watches = new Set<RunningWatch>();
  readonly #timers = new Set<Cancel>();
  /** Rules that were added since there was none. */
  #count = 0;
  /** What holds now: undefined for none, so that asking costs nothing. The lists are never changed, but replaced. */
  ofRequests: Of<RequestFault | EndFault> | undefined;
  ofEvents: Of<EventFault> | undefined;
  ofWatches: Of<EndFault> | undefined;

  constructor(parts: FaultsParts) {
    this.parts = parts;
  }

  add(rule: FaultRule): Cancel {
    const { id } = this.begin(rule);
    const added = this.#all.get(id);
    return () => {
      if (this.#all.get(id) === added) this.remove(id);
    };
  }

  /** The same, of what may be no rule at all. @throws ApiError 400, 409 when the name is taken */
  begin(rule: unknown): FaultReport {
    // As it is now: whoever embeds may change the object later. And what is undefined there is not there.
    const kept = JSON.parse(JSON.stringify(rule) ?? 'null') as FaultRule;
    const read = this.#read(kept);
    if (this.#all.size >= LIMITS.faultRules)
      throw badRequest(`there are ${LIMITS.faultRules} rules, which is the most`);
    const id = this.#idOf(read.name);
    const fault = new Fault(id, kept, read, this.parts.randomOf(this.#count++));
    const { effect, expiresMs } = read;
    if (effect.type === 'certificate' || effect.type === 'node' || effect.type === 'controller')
      fault.onEnd(this.#setState(effect));
    if (expiresMs !== undefined) {
      const cancel = this.parts.clock.schedule(expiresMs, () => {
        this.#timers.delete(cancel);
        fault.end();
        this.refresh();
      });
      this.#timers.add(cancel);
      fault.onEnd(cancel);
    }
    this.#all.set(id, fault);
    this.refresh();
    if (isEndFault(fault) && effect.type === 'end' && effect.how !== 'status')
      for (const watch of this.#watches) watch.meet(fault);
    const warnings = this.#warningsOf(kept);
    return { ...fault.report(), ...(warnings.length > 0 && { warnings }) };
  }

  /** A resource that there is not may come with a CustomResourceDefinition: no error. */
  #warningsOf({ match }: FaultRule): string[] {
    const [name = ''] = match?.resource?.split(/[./]/) ?? [];
    const known = this.parts.host.resources();
    if (name === '' || name === '*' || known.includes(name)) return [];
    const [near] = nearNames(name, known);
    const hint = near === undefined ? '' : `: did you mean ${JSON.stringify(near)}?`;
    return [`rule.match.resource: no resource ${JSON.stringify(name)} is served now${hint}`];
  }

  list(): FaultReport[] {
    return [...this.#all.values()].map((fault) => fault.report());
  }

  /** @throws ApiError 404 */
  get(id: string): FaultReport {
    return this.#find(id).report();
  }

  /** @returns what had come of it. @throws ApiError 404 */
  remove(id: string): FaultReport {
    const fault = this.#find(id);
    const report = fault.report();
    this.#all.delete(id);
    fault.end();
    this.refresh();
    return report;
  }

  clear(): void {
    const all = [...this.#all.values()];
    this.#all.clear();
    this.#count = 0;
    for (const fault of all) fault.end();
    this.refresh();
  }

  /** The cluster ends: nothing comes of the rules any more. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** Follows a watch until it is cancelled. */
  follow(watch: RunningWatch): Cancel {
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  /** Resolves when what rules want of controllers is so. */
  obeyed(): Promise<void> {
    return this.parts.host.obeyed();
  }

  /** Looks anew which rules do something. */
  refresh(): void {
    const active = [...this.#all.values()].filter((fault) => fault.isActive);
    const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
    const ends = active.filter(isEndFault);
    this.ofEvents = some(active.filter(isEventFault));
    this.ofWatches = some(ends.filter(({ read }) => read.effect.how !== 'status'));
    this.ofRequests = some(
      active.filter(
        (fault): fault is Fault<RequestFault | EndFault> =>
          isRequestFault(fault) || (isEndFault(fault) && fault.read.effect.how === 'status'),
      ),
    );
  }

  #read(rule: unknown): ReadRule {
    try {
      return readRule(rule);
    } catch (error) {
      if (error instanceof WrongField) throw badRequest(error.message);
      throw error;
    }
  }

  #idOf(name: string | undefined): string {
    if (name !== undefined) {
      if (!this.#all.has(name)) return name;
      throw new ApiError(409, 'AlreadyExists', `there is a fault ${JSON.stringify(name)} already`, { name });
    }
    let number = this.#count + 1;
    while (this.#all.has(`fault-${number}`)) number++;
    return `fault-${number}`;
  }

  #find(id: string): Fault {
    const fault = this.#all.get(id);
    if (fault) return fault;
    const [near] = nearNames(id, [...this.#all.keys()]);
    const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
    throw new ApiError(404, 'NotFound', `there is no fault ${JSON.stringify(id)}${hint}`, { name: id });
  }

  #setState(effect: StateFault): Cancel {
    const { host } = this.parts;
    if (effect.type === 'node') return host.loseNode(effect.node);
    if (effect.type === 'controller') return host.switchOff(effect.controller, effect.namespace);
    if (host.expireCertificate) return host.expireCertificate();
    throw badRequest('rule.certificate: this cluster has no port of its own, and so no certificate');
  }
}
