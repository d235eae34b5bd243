import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Cancel } from '../base/clock.ts';
import { badRequest, bodyTooLarge } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import type { User } from '../kube/object.ts';
import type { AuditIds } from '../pipeline/audit/audit-ids.ts';
import type { ApiRequest, Body, Peer } from '../pipeline/request.ts';
import { type RequestInfo, requestInfo } from '../pipeline/request-info.ts';
import type { RawRequest } from './exchange.ts';

const NOBODY: User = { name: '', groups: [] };
/** What makes the code of a letter that of its lower case. */
const LOWER_CASE = 0x20;
const NO_QUERY = new URLSearchParams();
const SLASH = 0x2f;

/** The path and query of a URL that a request may give as a whole; CONNECT names a host, which has neither. */
const targetOf = (method: string, url: string): string =>
  method === 'CONNECT' ? '' : url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '');

/** Go leaves out what has a semicolon, which once was another ampersand. */
const queryOf = (raw: string): URLSearchParams =>
  new URLSearchParams(
    raw.includes(';')
      ? raw
          .split('&')
          .filter((pair) => !pair.includes(';'))
          .join('&')
      : raw,
  );

/** One request of a socket. */
export class IncomingRequest implements ApiRequest {
  readonly method: string;
  path: string;
  prefix = '';
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly warnings: string[] = [];
  peer: Peer;
  auditId?: string;
  auditCount?: number;
  auditIds?: AuditIds;
  readonly isUpgrade: boolean;
  info: RequestInfo;
  user: User = NOBODY;
  readonly #raw: RawRequest;
  readonly #headers: IncomingHttpHeaders;

  constructor(raw: RawRequest, url: string, peer: Peer, isUpgrade = false) {
    this.isUpgrade = isUpgrade;
    this.#raw = raw;
    this.#headers = raw.headers;
    this.method = raw.method;
    this.peer = peer;
    const target = url.charCodeAt(0) === SLASH ? url : targetOf(raw.method, url);
    const question = target.indexOf('?');
    this.path = question < 0 ? target : target.slice(0, question);
    this.rawQuery = question < 0 ? '' : target.slice(question + 1);
    this.query = question < 0 ? NO_QUERY : queryOf(this.rawQuery);
    this.info = requestInfo(this.method, this.path, this.query);
  }

  enter(prefix: string, peer: Peer): void {
    this.prefix = prefix;
    this.peer = peer;
    this.path = this.path.slice(prefix.length) || '/';
    this.info = requestInfo(this.method, this.path, this.query);
  }

  offerOnly(protocols: string): void {
    this.#headers['sec-websocket-protocol'] = protocols;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  headers(): IncomingHttpHeaders {
    return this.#headers;
  }

  hasHeaderWith(prefix: string): boolean {
    const { rawHeaders } = this.#raw;
    const first = prefix.charCodeAt(0);
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] ?? '';
      if ((name.charCodeAt(0) | LOWER_CASE) === first && name.toLowerCase().startsWith(prefix)) return true;
    }
    return false;
  }

  headersWith(prefix: string): readonly (readonly [name: string, value: string])[] {
    const found: [string, string][] = [];
    const { rawHeaders } = this.#raw;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = (rawHeaders[i] ?? '').toLowerCase();
      if (name.startsWith(prefix)) found.push([name, rawHeaders[i + 1] ?? '']);
    }
    return found;
  }

  async body(limitBytes: number = LIMITS.bodyBytes): Promise<Body> {
    const declared = Number(this.#headers['content-length'] ?? 0);
    if (declared > limitBytes) throw bodyTooLarge(limitBytes);
    const { bytes } = this.#raw;
    if (bytes && bytes.length > limitBytes) throw bodyTooLarge(limitBytes);
    return { bytes: bytes ?? (await readAll(this.#raw.body, limitBytes)) };
  }

  bodyStream(): Readable | undefined {
    const { 'content-length': length, 'transfer-encoding': encoding } = this.#headers;
    const isUnknown = length === undefined && (encoding !== undefined || this.#raw.isOpen);
    return isUnknown || Number(length ?? 0) > LIMITS.bodyBytes ? this.#raw.body : undefined;
  }

  onClose(callback: () => void): Cancel {
    const { body } = this.#raw;
    body.once('close', callback);
    return () => body.off('close', callback);
  }
}

function readAll(raw: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        raw.removeAllListeners('data');
        raw.resume();
        reject(bodyTooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    });
    raw.once('end', () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      // What listens lives until old garbage is collected, long after the answer.
      chunks.length = 0;
    });
    // A client that leaves in the middle is no fault of ours.
    raw.once('error', () => reject(badRequest('unexpected EOF')));
  });
}
