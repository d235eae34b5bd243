import type { Cancel } from '../base/clock.ts';
import type { User } from '../kube/object.ts';
import type { ApiRequest, Body } from '../pipeline/request.ts';
import { type RequestInfo, requestInfo } from '../pipeline/request-info.ts';

const PEER = { address: 'in process' };

export interface LocalRequestParts {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: User;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Whether a part of the server asks. */
  readonly isOwn: boolean;
}

/** A request that no socket brought. */
export class LocalRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly peer = PEER;
  readonly isLocal = true;
  readonly isOwn: boolean;
  readonly warnings: string[] = [];
  info: RequestInfo;
  user: User;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #body: Body;

  constructor({ method, path, query, user, headers, body, isOwn }: LocalRequestParts) {
    this.method = method;
    this.path = path;
    this.query = query;
    this.user = user;
    this.isOwn = isOwn;
    this.info = requestInfo(method, path, query);
    this.#headers = headers;
    this.#body = body;
  }

  header(name: string): string | undefined {
    return this.#headers[name];
  }

  headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  hasHeaderWith(): boolean {
    return false;
  }

  headersWith(): readonly (readonly [name: string, value: string])[] {
    return [];
  }

  async body(): Promise<Body> {
    return this.#body;
  }

  onClose(): Cancel {
    return () => undefined;
  }
}
