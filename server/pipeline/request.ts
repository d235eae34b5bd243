import type { Duplex, Readable } from 'node:stream';
import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { ApiError } from '../kube/api-error.ts';
import type { KubeObject, User } from '../kube/object.ts';
import type { SessionOffer } from '../kube/stream-session.ts';
import type { Served } from '../registry/catalog.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { AuditIds } from './audit/audit-ids.ts';
import type { AuditRecord } from './audit/audit-record.ts';
import type { Decision } from './identity.ts';
import type { RequestNote } from './journal/request-journal.ts';
import type { Negotiated } from './media-types.ts';
import type { Flow } from './priority/flow-classifier.ts';
import type { RequestInfo } from './request-info.ts';

/** A request body: bytes from a socket, or an object from a client in the same process. */
export type Body = { readonly bytes: Buffer } | { readonly object: unknown };

/** What the connection says about the client. */
export interface Peer {
  readonly address: string;
  /** Subject of a client certificate that this cluster's CA signed. */
  readonly certificate?: {
    readonly commonName: string;
    readonly organizations: readonly string[];
    /** SHA-256 of the whole certificate, hexadecimal. */
    readonly fingerprint?: string;
    /** The same of the authority that the certificate leads to, if it really does. */
    readonly authority?: () => string | undefined;
  };
  /** Whether the client showed a certificate that this cluster's CA did not sign. */
  readonly untrustedCertificate?: boolean;
  /** That certificate, DER: another cluster of this process may have signed it. */
  readonly shown?: () => Buffer;
}

/** One request, whatever brought it: a socket or a client in the same process. */
export interface ApiRequest {
  readonly method: string;
  /** As sent, still percent-encoded; of a virtual cluster, what follows its prefix. */
  readonly path: string;
  /** Where its API begins: `/clusters/ci-7`; empty unless it is asked by a prefix. */
  readonly prefix?: string;
  readonly query: URLSearchParams;
  /** The query as sent, without its question mark. */
  readonly rawQuery?: string;
  readonly peer: Peer;
  /** Whether a client in the same process asks: a controller, or whoever embeds the cluster. */
  readonly isLocal?: boolean;
  /** Whether it is a part of the server that asks: a controller of its own, or the API server itself. */
  readonly isOwn?: boolean;
  header(name: string): string | undefined;
  /** Every header whose name (in lower case) begins with `prefix`, each value as it was sent. */
  headersWith(prefix: string): readonly (readonly [name: string, value: string])[];
  /** Whether there is such a header. */
  hasHeaderWith(prefix: string): boolean;
  /** All headers, names in lower case. */
  headers(): Readonly<Record<string, string | string[] | undefined>>;
  /** @throws ApiError 413 when the body is larger than `limitBytes`, or what is allowed of objects unless given */
  body(limitBytes?: number): Promise<Body>;
  /** The body as it comes, where it is too large to be kept or nobody knows how large it will be. */
  bodyStream?(): Readable | undefined;
  /** Whether the client wants to speak another protocol from here on. */
  readonly isUpgrade?: boolean;
  /** Leaves of the protocols that the client of a WebSocket offers only these: its token was among them. */
  offerOnly?(protocols: string): void;
  /** Hands the request to a virtual cluster, which knows the client in its own way. */
  enter?(prefix: string, peer: Peer): void;
  /** Calls back when the client has gone. */
  onClose(callback: () => void): Cancel;
  /** Texts for Warning headers, in order. */
  readonly warnings: string[];
  /** What it is called in audit logs. */
  auditId?: string;
  /** Its number, and whose it is, where the client has not named it. */
  auditCount?: number;
  auditIds?: AuditIds;
  /** What is told of it, if anything is. */
  audit?: AuditRecord;
  /** The same for the journal. */
  note?: RequestNote | undefined;
  /** What is noted for its audit event. */
  auditAnnotations?: Map<string, string>;
  /** Set by the stages as they learn it. */
  info: RequestInfo;
  user: User;
  /** Who sent it, where `user` is somebody whom they impersonate. */
  sender?: User;
  /** What was decided about it. */
  decision?: Decision;
  /** Which FlowSchema it belongs to. */
  flow?: Flow;
  /** Which encoding and form the answer has; settled before anything is written. */
  form?: Negotiated;
  /** How many revisions before the newest one a read looks, where a fault says so. */
  staleBy?: number;
}

/** An answer before it is encoded. */
export type ApiResponse =
  | { readonly type: 'object'; readonly status: number; readonly served: Served; readonly object: StoredObject }
  /** An object that is not stored: reviews, scales, Status, discovery. */
  | { readonly type: 'value'; readonly status: number; readonly value: object; readonly info?: Served }
  | ListResponse
  | WatchResponse
  | {
      readonly type: 'bytes';
      readonly status: number;
      readonly mediaType: string;
      readonly body: Buffer | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A page with its own negotiation: OpenAPI and discovery. */
  | {
      readonly type: 'proxied';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[]>>;
      readonly body: AsyncIterable<Buffer>;
      /** Of a body that comes from elsewhere, and may take for ever: called when the client has gone. */
      readonly abort?: () => void;
      /** Whether a client may have it as messages over WebSocket. */
      readonly isStream?: boolean;
    }
  /** Another server speaks with the client from now on, in a protocol that is theirs. */
  | TunnelResponse
  | SessionResponse
  | HangUpResponse;

/** What breaks: the answer to one request, or the whole connection with all that it carries. */
export type HangUpScope = 'request' | 'connection';

/** The connection breaks instead of an answer, or in the middle of one. */
export interface HangUpResponse {
  readonly type: 'hang-up';
  readonly scope: HangUpScope;
  /** What is begun: its head, and so many bytes of its body; half of it without a number. */
  readonly begun?: { readonly answer: ApiResponse; readonly bytes: number | undefined };
}

/** A pod speaks with the client from now on, in one of the protocols for streams. */
export interface SessionResponse {
  readonly type: 'session';
  readonly status: number;
  readonly offer: SessionOffer;
}

export interface TunnelResponse {
  readonly type: 'tunnel';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: Duplex;
  /** What the other server has said already. */
  readonly head: Buffer;
}

export interface ListResponse {
  readonly type: 'list';
  readonly served: Served;
  readonly items: readonly StoredObject[];
  readonly revision: number;
  readonly continue?: string;
  readonly remaining?: number;
  /** Of a page: how many there are now in all pages, about. */
  readonly total?: number;
}

export interface WatchResponse {
  readonly type: 'watch';
  readonly served: Served;
  /** Begins the stream. The observer is not called before `start` returns. */
  start(observer: WatchObserver): Cancel;
  /** Whoever writes the stream has more to write than goes in one turn, until the returned function is called. */
  readonly begin?: () => () => void;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

/** Receives a watch stream; `end` is the last call. */
export interface WatchObserver {
  events(batch: readonly WatchEvent[]): void;
  /** Every event up to `revision` has been delivered; `initialEnd` after the state at the start. */
  bookmark(revision: number, initialEnd: boolean): void;
  error(error: ApiError): void;
  end(): void;
  /** The connection breaks in the middle of an event, or between two; the last call. */
  breakOff(scope: HangUpScope, event?: WatchEvent): void;
}

/** The object of an answer as the requested version shows it. */
export function servedValue(served: Served, object: StoredObject): Frozen<KubeObject> {
  return served.conversion ? (served.conversion.fromStored(object.value) as Frozen<KubeObject>) : object.value;
}

/** An onion: a stage may answer, wrap, delay or replace what follows. */
export type Stage = (request: ApiRequest, next: Handler) => Promise<ApiResponse>;
export type Handler = (request: ApiRequest) => Promise<ApiResponse>;
