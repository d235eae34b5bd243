/** What a cluster is told to do wrong: the words of `POST /-/faults`. docs/faults.md explains them. */

/** Which requests. Texts may hold `*` for any characters; what is left out does not matter. */
export interface FaultMatch {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; `*` for any. */
  readonly verbs?: readonly string[];
  /** API group; '' is the one of pods. */
  readonly group?: string;
  /** `pods`, `pods/status`, `pods/*`, `deployments.apps`, `*`. Without a slash, requests for parts are not meant. */
  readonly resource?: string;
  /** `status`, `*`: the part of an object that is asked for. */
  readonly subresource?: string;
  readonly namespace?: string;
  /** Of the object. A list or watch has a name when its field selector names one. */
  readonly name?: string;
  /** The whole path: `/healthz`, `/apis/*`. */
  readonly path?: string;
  /** Who sends the request, whoever is impersonated by it. */
  readonly user?: string;
  /** A group that the user is in. */
  readonly userGroup?: string;
  readonly userAgent?: string;
  /** By name; a header that is missing is not matched. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether clients in the same process are meant too; they are when `user`, `userGroup` or `userAgent` is given. */
  readonly controllers?: boolean;
}

/** A Status that is answered instead of what was asked for; what is missing is filled in as upstream would. */
export interface FaultStatus {
  /** 400 to 599. */
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: object;
  /** Also the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** How long requests wait before they are looked at. */
export type FaultDelay = { readonly clock?: 'real' | 'cluster' } & (
  | { readonly for: string }
  /** Any time between two is as likely as another. */
  | { readonly min: string; readonly max: string }
  /** Log-normal: half of the requests wait no longer than `p50`, one of a hundred longer than `p99`. */
  | { readonly p50: string; readonly p99: string }
);

/** What happens to watches, one of `hold`, `drop`, `duplicate`, `cut`, `close`, `expire`, and to which events. */
export interface FaultWatch {
  /** Events wait this long (`5s`, by the cluster's clock), or until the rule is removed. What follows waits too. */
  readonly hold?: true | string;
  /** Events are missing, and nothing tells so. */
  readonly drop?: true;
  /** Events come twice. */
  readonly duplicate?: true;
  /** The connection breaks in the middle of an event. */
  readonly cut?: true;
  /** The watch ends, as if its time were over. */
  readonly close?: true;
  /** 410: as an event at the end of the watch, or as the answer to whoever begins one. */
  readonly expire?: 'event' | 'status';
  /** Only these; bookmarks only when they are named. */
  readonly types?: readonly ('ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK')[];
  /** Only events of objects of this name. */
  readonly name?: string;
}

/**
 * One rule.
 *
 * @example
 * const rule: FaultRule = { match: { verbs: ['update'], resource: 'deployments.apps' }, conflict: true };
 */
export interface FaultRule {
  /** Its id; made up unless given. */
  readonly name?: string;
  readonly match?: FaultMatch;
  /** How often at most; once for `conflict`, without end for others unless given. */
  readonly times?: number;
  /** How many that match are left alone first. */
  readonly after?: number;
  /** Of those that match, 0 to 1, drawn from the cluster's seed. */
  readonly probability?: number;
  /** `30s`, by the cluster's clock: it does nothing any more from then on. */
  readonly expires?: string;
  readonly delay?: string | FaultDelay;
  /** The same as `status` with nothing but a code. */
  readonly code?: number;
  readonly status?: FaultStatus;
  /** 429 with `Retry-After`: a Status, or the text that a server writes that has too much to do. */
  readonly throttle?: true | { readonly retryAfterSeconds?: number; readonly as?: 'status' | 'text' };
  /** An update or patch is told that somebody else was faster. */
  readonly conflict?: true;
  /** Reads answer the state of so many revisions ago. */
  readonly stale?: number;
  /** The connection breaks: before anything is done, or when all is done and before anybody is told. */
  readonly reset?: 'before' | 'after';
  /** The connection breaks in the middle of the body: half of it, or so many bytes. */
  readonly truncate?: true | number;
  /** What breaks where one connection carries several requests; `request` unless given. */
  readonly scope?: 'request' | 'connection';
  readonly watch?: FaultWatch;
  /** New TLS connections to the API's port see a certificate that has expired. */
  readonly certificate?: 'expired';
  /** A simulated node; its `state` is `lost`. */
  readonly node?: string;
  /** A controller; its `state` is `off`. */
  readonly controller?: string;
  /** Of a controller: off in this namespace only. */
  readonly namespace?: string;
  readonly state?: 'lost' | 'off';
}

/** A rule and what has come of it. */
export interface FaultReport {
  readonly id: string;
  readonly rule: FaultRule;
  /** Requests, or events of watches, that it is about. */
  readonly matched: number;
  /** Those that it did something to. */
  readonly fired: number;
  /** Whether it still does something, or has been used up, or its time is over. */
  readonly state: 'active' | 'spent' | 'expired';
  /** In the answer to a new rule: what is no fault, but may be a mistake. */
  readonly warnings?: readonly string[];
}

/** The faults of a cluster. */
export interface FaultControls {
  /**
   * Adds a rule.
   *
   * @returns takes it away again
   * @throws ApiError that names the field when the rule is wrong; then nothing has changed
   * @example
   * const end = cluster.faults.add({ match: { resource: 'pods', verbs: ['list'] }, code: 503, times: 2 });
   */
  add(rule: FaultRule): () => void;
  /** All rules, those that do nothing any more included. */
  list(): FaultReport[];
  /** Takes all rules away. */
  clear(): void;
}
