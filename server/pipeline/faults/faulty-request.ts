/** A request that rules may be about: they apply in their order, the first one outermost. */
import type { Clock } from '../../base/clock.ts';
import { globMatches } from '../../base/glob.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { Catalog } from '../../registry/catalog.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { ApiRequest, ApiResponse, Handler, HangUpResponse, HangUpScope } from '../request.ts';
import { failure } from '../stages/recover.ts';
import { readObject } from '../verbs/incoming.ts';
import type { Fault } from './fault.ts';
import type { Faults } from './faults.ts';
import { tooOld } from './faulty-watch.ts';
import { nameOf } from './matching.ts';
import { noteFault } from './note.ts';
import type { RequestFault } from './read-rule.ts';
import type { EndFault } from './watch-fault.ts';

type RequestRule = Fault<RequestFault | EndFault>;

export class FaultyRequests {
  readonly #faults: Faults;
  readonly #catalog: Catalog;
  readonly #metrics: RequestMetrics;

  constructor(faults: Faults, catalog: Catalog, metrics: RequestMetrics) {
    this.#faults = faults;
    this.#catalog = catalog;
    this.#metrics = metrics;
  }

  /** @param rules those that hold now */
  async answer(request: ApiRequest, next: Handler, rules: readonly RequestRule[]): Promise<ApiResponse> {
    for (const [index, fault] of rules.entries()) {
      if (!(await this.#isAbout(fault, request))) continue;
      const isDrawn = fault.draw();
      if (!fault.isActive) this.#faults.refresh();
      if (!isDrawn) continue;
      noteFault(request, fault.id);
      return this.#failing(fault, request, () => this.answer(request, next, rules.slice(index + 1)));
    }
    return next(request);
  }

  async #isAbout({ isActive, read: { effect, matcher } }: RequestRule, request: ApiRequest): Promise<boolean> {
    if (!isActive || !matcher.fits(request)) return false;
    if (effect.type === 'end' ? request.info.verb !== 'watch' : !effect.suits(request)) return false;
    return matcher.name === undefined || globMatches(matcher.name, await this.#nameOf(request));
  }

  /** Of an object that is to be created, only the body tells the name; whoever reads it later finds it unread. */
  async #nameOf(request: ApiRequest): Promise<string> {
    const { group, version, resource, verb, isResource } = request.info;
    const name = nameOf(request);
    if (name !== '' || verb !== 'create' || !isResource) return name;
    const served = this.#catalog.lookup(group, version, resource);
    if (!served || request.bodyStream?.()) return '';
    const read = request.body.bind(request);
    let body: ReturnType<typeof read> | undefined;
    request.body = () => (body ??= read());
    try {
      const { value } = await readObject(request, served.info);
      const { metadata } = value as { readonly metadata?: { readonly name?: unknown } };
      return typeof metadata?.name === 'string' ? metadata.name : '';
    } catch (error) {
      // A body that cannot be read names nothing, and is told so by whoever wants more of it.
      if (error instanceof ApiError) return '';
      throw error;
    }
  }

  async #failing(fault: RequestRule, request: ApiRequest, next: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const { effect } = fault.read;
    const { group, version, resource } = request.info;
    const served = this.#catalog.lookup(group, version, resource);
    const { clock: ownClock } = this.#faults.parts;
    const beginMs = ownClock.now();
    /** Clients are told, so that it counts as every answer does. */
    const counted = (answer: ApiResponse): ApiResponse => {
      if (served && 'status' in answer)
        this.#metrics.answered(request, served.info, answer.status, ownClock.now() - beginMs);
      return answer;
    };
    if (effect.type === 'end') return counted(failure(tooOld(request, served)));
    if (effect.delay) {
      const { clock, realClock } = this.#faults.parts;
      const ms = effect.delay.ms(fault.random);
      const isThere = await waited(request, effect.delay.byCluster ? clock : realClock, ms);
      if (!isThere) return hungUp('request');
    }
    if (effect.answer) return counted(effect.answer(request));
    if (effect.reset === 'before') return hungUp(effect.scope);
    if (effect.stale !== undefined) request.staleBy = effect.stale;
    const answer = effect.reset || effect.truncate !== undefined ? await told(next) : await next();
    if (effect.reset === 'after') {
      forget(answer);
      return hungUp(effect.scope);
    }
    if (effect.truncate === undefined || !hasBody(answer)) return answer;
    const bytes = effect.truncate === true ? undefined : effect.truncate;
    return { ...hungUp(effect.scope), begun: { answer, bytes } };
  }
}

const hungUp = (scope: HangUpScope): HangUpResponse => ({ type: 'hang-up', scope });

const hasBody = ({ type }: ApiResponse): boolean =>
  type !== 'watch' && type !== 'tunnel' && type !== 'session' && type !== 'hang-up';

/** Refusals are answers, which get lost like others. */
async function told(next: () => Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    return await next();
  } catch (error) {
    if (error instanceof ApiError) return failure(error);
    throw error;
  }
}

/** Ends what an answer holds that nobody gets. */
function forget(answer: ApiResponse): void {
  if (answer.type === 'tunnel') answer.socket.destroy();
  else if (answer.type === 'proxied') answer.abort?.();
}

/** @returns whether the client is still there */
function waited(request: ApiRequest, clock: Clock, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const over = (isThere: boolean): void => {
      gone();
      cancel();
      resolve(isThere);
    };
    const gone = request.onClose(() => over(false));
    const cancel = clock.schedule(ms, () => over(true));
  });
}
