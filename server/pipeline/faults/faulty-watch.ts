/** A watch between the API and its client: hands on what comes, unless a rule says otherwise. */
import type { Cancel } from '../../base/clock.ts';
import { globMatches } from '../../base/glob.ts';
import { type ApiError, expired } from '../../kube/api-error.ts';
import type { Served } from '../../registry/catalog.ts';
import type { ApiRequest, HangUpScope, WatchEvent, WatchObserver, WatchResponse } from '../request.ts';
import type { Fault } from './fault.ts';
import type { Faults, RunningWatch } from './faults.ts';
import { nameOf } from './matching.ts';
import { noteFault } from './note.ts';
import type { EndFault, EventFault } from './watch-fault.ts';

/** Something that the client is to be handed, in order. */
interface Waiting {
  readonly run: () => void;
  held: number;
}

/** What the rules make of one event. */
interface Fate {
  copies: number;
  readonly holds: Fault<EventFault>[];
  cut?: HangUpScope;
}

const UNTOUCHED: Fate = { copies: 1, holds: [] };

/** The same watch, which rules that hold now or later apply to. */
export function faulty(response: WatchResponse, request: ApiRequest, faults: Faults): WatchResponse {
  return {
    ...response,
    start: (observer) => new FaultyWatch(request, response.served, faults, observer).start(response),
  };
}

/** What a watch is told that wants to begin, or go on, at a revision that is not kept any more. */
export function tooOld(request: ApiRequest, served: Served | undefined, seen?: number): ApiError {
  const asked = seen ?? request.query.get('resourceVersion') ?? '';
  return expired(`too old resource version: ${asked || 0} (${served?.store.revision() ?? 0})`);
}

class FaultyWatch implements WatchObserver, RunningWatch {
  readonly #request: ApiRequest;
  readonly #served: Served;
  readonly #faults: Faults;
  readonly #observer: WatchObserver;
  readonly #cancels = new Set<Cancel>();
  #queue: Waiting[] = [];
  #seen: number | undefined;
  #open = true;

  constructor(request: ApiRequest, served: Served, faults: Faults, observer: WatchObserver) {
    this.#request = request;
    this.#served = served;
    this.#faults = faults;
    this.#observer = observer;
  }

  start(response: WatchResponse): Cancel {
    const { ofWatches } = this.#faults;
    // Nobody may be called back before this returns.
    if (ofWatches) for (const fault of ofWatches) this.#later(fault);
    this.#cancels.add(response.start(this));
    this.#cancels.add(this.#faults.follow(this));
    return () => this.#stop();
  }

  #later(fault: Fault<EndFault>): void {
    queueMicrotask(() => this.meet(fault));
  }

  meet(fault: Fault<EndFault>): void {
    if (!this.#open || !fault.read.matcher.fits(this.#request) || !isNamed(fault, this.#request)) return;
    if (!this.#draw(fault)) return;
    const observer = this.#observer;
    if (fault.read.effect.how === 'event') observer.error(tooOld(this.#request, this.#served, this.#seen));
    this.#stop();
    observer.end();
  }

  events(batch: readonly WatchEvent[]): void {
    this.#seen = batch.at(-1)?.object.revision;
    const rules = this.#faults.ofEvents;
    if (!rules) {
      this.#pass(() => this.#observer.events(batch));
      return;
    }
    let plain: WatchEvent[] = [];
    const hand = (): void => {
      const events = plain;
      plain = [];
      if (events.length > 0) this.#pass(() => this.#observer.events(events));
    };
    for (const event of batch) {
      const { copies, holds, cut } = this.#fateOf(rules, event.type, event.object.value.metadata.name ?? '');
      if (cut) {
        hand();
        this.#pass(() => this.breakOff(cut, event), holds);
        return;
      }
      if (holds.length > 0) {
        hand();
        this.#pass(() => this.#observer.events(Array<WatchEvent>(copies).fill(event)), holds);
      } else for (let copy = 0; copy < copies; copy++) plain.push(event);
    }
    hand();
  }

  bookmark(revision: number, initialEnd: boolean): void {
    const rules = this.#faults.ofEvents;
    const { copies, holds, cut } = rules ? this.#fateOf(rules, 'BOOKMARK', '') : UNTOUCHED;
    const run = (): void => {
      if (cut) this.breakOff(cut);
      else for (let copy = 0; copy < copies; copy++) this.#observer.bookmark(revision, initialEnd);
    };
    this.#pass(run, holds);
  }

  error(error: ApiError): void {
    this.#pass(() => this.#observer.error(error));
  }

  end(): void {
    this.#pass(() => {
      this.#stop();
      this.#observer.end();
    });
  }

  breakOff(scope: HangUpScope, event?: WatchEvent): void {
    this.#stop();
    this.#observer.breakOff(scope, event);
  }

  #draw(fault: Fault<EventFault | EndFault>): boolean {
    const isDrawn = fault.draw();
    if (isDrawn) noteFault(this.#request, fault.id);
    if (!fault.isActive) this.#faults.refresh();
    return isDrawn;
  }

  #fateOf(rules: readonly Fault<EventFault>[], type: WatchEvent['type'] | 'BOOKMARK', name: string): Fate {
    const fate: Fate = { copies: 1, holds: [] };
    for (const fault of rules) {
      const { effect, matcher } = fault.read;
      if (!effect.concerns(type, name) || !matcher.fits(this.#request) || !isNamed(fault, this.#request)) continue;
      if (!this.#draw(fault)) continue;
      const { does } = effect.fate;
      if (does === 'hold') fate.holds.push(fault);
      else if (does === 'cut') fate.cut = effect.scope;
      else fate.copies = does === 'drop' ? 0 : fate.copies * 2;
      // There is nothing left that could happen to it.
      if (does === 'cut' || does === 'drop') break;
    }
    return fate;
  }

  /** Runs now, or when what came before has been handed over and nobody holds it any more. */
  #pass(run: () => void, holds: readonly Fault<EventFault>[] = []): void {
    if (!this.#open) return;
    if (this.#queue.length === 0 && holds.length === 0) {
      run();
      return;
    }
    const waiting: Waiting = { run, held: holds.length };
    this.#queue.push(waiting);
    for (const fault of holds) this.#hold(waiting, fault);
  }

  #hold(waiting: Waiting, fault: Fault<EventFault>): void {
    const { fate } = fault.read.effect;
    const cancels: Cancel[] = [];
    const letGo = (): void => {
      this.#cancels.delete(letGo);
      for (const cancel of cancels.splice(0)) cancel();
    };
    const release = (): void => {
      letGo();
      waiting.held--;
      this.#drain();
    };
    cancels.push(fault.onEnd(release));
    if (fate.does === 'hold' && fate.ms !== undefined)
      cancels.push(this.#faults.parts.clock.schedule(fate.ms, release));
    this.#cancels.add(letGo);
  }

  #drain(): void {
    while (this.#open && this.#queue[0]?.held === 0) this.#queue.shift()?.run();
  }

  #stop(): void {
    this.#open = false;
    this.#queue = [];
    const cancels = [...this.#cancels];
    this.#cancels.clear();
    for (const cancel of cancels) cancel();
  }
}

/** Whether the pattern of the name fits the request; rules about events name events instead. */
function isNamed({ read: { matcher } }: Fault, request: ApiRequest): boolean {
  return matcher.name === undefined || globMatches(matcher.name, nameOf(request));
}
