/**
 * Counts requests. Every request passes here, so that counting is one look-up and a few additions; names and texts are
 * made when somebody asks for them.
 */
import type { Clock } from '../../base/clock.ts';
import { Histogram, type Labels, type MetricFamily, type Sample } from '../../base/metrics-text.ts';
import { RecentWeakMap } from '../../base/recent-weak-map.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { ResourceInfo } from '../../schema/type-table.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import type { RequestInfo } from '../request-info.ts';
import { pageLabels, requestLabels, scopeOf, verbOf } from './request-labels.ts';

/** Seconds. */
const DURATIONS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
] as const;

const METHOD_NOT_ALLOWED = 405;
const TOO_MANY_REQUESTS = 429;
/** Paths of one resource that are asked for again and again. */
const REQUESTS_MAX = 1024;

/** Requests with the same labels. */
interface Series {
  readonly labels: Labels;
  readonly durations: Histogram;
  /** How many were answered with which status. */
  readonly codes: Map<number, number>;
}

interface Running {
  readonly labels: Labels;
  count: number;
}

/** Everything about the requests for one resource as one version serves it. */
class ResourceRequests {
  readonly info: ResourceInfo;
  readonly series = new Map<string, Series>();
  /** Of requests whose labels what was read of their URLs decides: those for one path share it. */
  byRequest = new RecentWeakMap<RequestInfo, Series>(REQUESTS_MAX);
  readonly watches = new Map<string, Running>();
  events = 0;

  constructor(info: ResourceInfo) {
    this.info = info;
  }
}

function record({ durations, codes }: Series, status: number, elapsedMs: number): void {
  durations.observe(elapsedMs / 1000);
  codes.set(status, (codes.get(status) ?? 0) + 1);
}

const statusOf = (response: ApiResponse): number => ('status' in response ? response.status : 200);
const statusOfError = (error: unknown): number => (error instanceof ApiError ? error.code : 500);

export class RequestMetrics {
  readonly #clock: Clock;
  readonly #byResource = new Map<ResourceInfo, ResourceRequests>();
  /** Requests for one resource come in a row. */
  #lastRequests: ResourceRequests | undefined;
  readonly #pages = new Map<string, Series>();
  readonly #inFlight = { mutating: 0, readOnly: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers a request for a resource by `answer`, and counts it. A watch counts when it ends. */
  resource(request: ApiRequest, info: ResourceInfo, answer: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const { subresource, verb } = request.info;
    // A client may ask for what there is not, in ever new words.
    if (verb === 'watch' || (subresource !== '' && !info.subresources.has(subresource))) return answer();
    const beginMs = this.#clock.now();
    const kind = verb === 'get' || verb === 'list' ? 'readOnly' : 'mutating';
    this.#inFlight[kind]++;
    const done = (status: number): void => {
      this.#inFlight[kind]--;
      if (status !== METHOD_NOT_ALLOWED)
        record(this.#seriesOf(request, info, kind), status, this.#clock.now() - beginMs);
    };
    return follow(answer, done);
  }

  /**
   * A request for a resource was answered before anything could be done for it. Who was turned away (429) counts
   * without a duration: upstream's RecordDroppedRequest sees no begin.
   */
  answered(request: ApiRequest, info: ResourceInfo, status: number, tookMs: number): void {
    const { subresource, verb } = request.info;
    if (subresource !== '' && !info.subresources.has(subresource)) return;
    const isRead = verb === 'get' || verb === 'list' || verb === 'watch';
    const series = this.#seriesOf(request, info, isRead ? 'readOnly' : 'mutating');
    if (status === TOO_MANY_REQUESTS) series.codes.set(status, (series.codes.get(status) ?? 0) + 1);
    else record(series, status, tookMs);
  }

  /** The same for a page. */
  page(request: ApiRequest, answer: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const { path } = request.info;
    const beginMs = this.#clock.now();
    this.#inFlight.readOnly++;
    return follow(answer, (status) => {
      this.#inFlight.readOnly--;
      const labels = pageLabels(path);
      if (!labels || request.method !== 'GET') return;
      const series = this.#pages.get(labels.subresource ?? '') ?? newSeries({ ...labels, dry_run: '' });
      this.#pages.set(labels.subresource ?? '', series);
      record(series, status, this.#clock.now() - beginMs);
    });
  }

  /** A watch has begun: to be called when it ends. */
  watch(request: ApiRequest, info: ResourceInfo, isOfOne: boolean): () => void {
    const { watches } = this.#requestsFor(info);
    const beginMs = this.#clock.now();
    // Running ones are told apart by what they select, those that have ended by their path.
    const scope = isOfOne ? 'resource' : scopeOf(request);
    const running = watches.get(scope) ?? { labels: requestLabels(info, '', 'WATCH', scope), count: 0 };
    watches.set(scope, running);
    running.count++;
    return () => {
      running.count--;
      record(this.#seriesOf(request, info, 'readOnly'), 200, this.#clock.now() - beginMs);
    };
  }

  /** Events that were sent to somebody who watches. */
  watched(info: ResourceInfo, events: number): void {
    this.#requestsFor(info).events += events;
  }

  /** Forgets what was counted; what runs goes on being counted. */
  reset(): void {
    for (const requests of this.#byResource.values()) {
      requests.series.clear();
      requests.byRequest = new RecentWeakMap(REQUESTS_MAX);
      requests.events = 0;
    }
    this.#pages.clear();
  }

  families(): MetricFamily[] {
    const requests = [...this.#byResource.values()];
    const series = [...requests.flatMap((of) => [...of.series.values()]), ...this.#pages.values()];
    const watches = requests.flatMap((of) => [...of.watches.values()]);
    return [
      {
        name: 'apiserver_request_total',
        help:
          '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, ' +
          'scope, component, and HTTP response code.',
        type: 'counter',
        samples: series.flatMap(({ labels, codes }) =>
          [...codes].map(([code, value]) => ({ labels: { ...labels, code: String(code) }, value })),
        ),
      },
      {
        name: 'apiserver_request_duration_seconds',
        help:
          '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, ' +
          'subresource, scope and component.',
        type: 'histogram',
        samples: series.map(({ labels, durations }) => ({ labels, value: durations })),
      },
      {
        name: 'apiserver_longrunning_requests',
        help:
          '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, ' +
          'resource, scope and component. Not all requests are tracked this way.',
        type: 'gauge',
        samples: watches.map(({ labels, count }) => ({ labels, value: count })),
      },
      {
        name: 'apiserver_current_inflight_requests',
        help:
          '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in ' +
          'last second.',
        type: 'gauge',
        samples: Object.entries(this.#inFlight).map(([kind, value]) => ({ labels: { request_kind: kind }, value })),
      },
      {
        name: 'apiserver_watch_events_total',
        help: '[BETA] Number of events sent in watch clients',
        type: 'counter',
        samples: requests.filter(({ events }) => events > 0).map(eventSample),
      },
    ];
  }

  #requestsFor(info: ResourceInfo): ResourceRequests {
    if (this.#lastRequests?.info === info) return this.#lastRequests;
    let requests = this.#byResource.get(info);
    if (!requests) {
      requests = new ResourceRequests(info);
      this.#byResource.set(info, requests);
    }
    this.#lastRequests = requests;
    return requests;
  }

  #seriesOf(request: ApiRequest, info: ResourceInfo, kind: 'mutating' | 'readOnly'): Series {
    const requests = this.#requestsFor(info);
    const known = requests.byRequest.get(request.info);
    const dryRun = kind === 'mutating' && request.query.has('dryRun') ? dryRunText(request.query) : '';
    if (known && dryRun === '') return known;
    const found = this.#seriesIn(requests, request, dryRun);
    // A patch may be an apply, too.
    if (dryRun === '' && request.method !== 'PATCH') requests.byRequest.set(request.info, found);
    return found;
  }

  #seriesIn({ info, series }: ResourceRequests, request: ApiRequest, dryRun: string): Series {
    const { subresource } = request.info;
    const [verb, scope] = [verbOf(request), scopeOf(request)];
    const key = `${verb} ${scope} ${subresource} ${dryRun}`;
    let found = series.get(key);
    if (!found) {
      found = newSeries({ ...requestLabels(info, subresource, verb, scope), dry_run: dryRun });
      series.set(key, found);
    }
    return found;
  }
}

function newSeries(labels: Labels): Series {
  return { labels, durations: new Histogram(DURATIONS), codes: new Map() };
}

const dryRunText = (query: URLSearchParams): string =>
  query.getAll('dryRun').every((text) => text === 'All') ? 'All' : 'invalid';

function eventSample({ info: { group, version, resource }, events }: ResourceRequests): Sample {
  return { labels: { group, version, resource }, value: events };
}

/** Calls `done` with the status of the answer, however it comes. */
function follow(answer: () => Promise<ApiResponse>, done: (status: number) => void): Promise<ApiResponse> {
  const failed = (error: unknown): never => {
    done(statusOfError(error));
    throw error;
  };
  let answered: Promise<ApiResponse>;
  try {
    answered = answer();
  } catch (error) {
    return failed(error);
  }
  return answered.then((response) => {
    done(statusOf(response));
    return response;
  }, failed);
}
