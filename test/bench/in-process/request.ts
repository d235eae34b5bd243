import type { Cancel } from '../../../server/base/clock.ts';
import type { User } from '../../../server/kube/object.ts';
import type { ApiRequest, Body } from '../../../server/pipeline/request.ts';
import { type RequestInfo, requestInfo } from '../../../server/pipeline/request-info.ts';

const ADMIN: User = { name: 'admin', uid: '', groups: ['system:masters', 'system:authenticated'], extra: {} };

/** A request whose body is bytes, as from a socket, and that no socket brought. */
export class BytesRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly peer = { address: '127.0.0.1' };
  readonly warnings: string[] = [];
  readonly user: User;
  readonly info: RequestInfo;
  readonly #bytes: Buffer;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(method: string, path: string, contentType: string, bytes: Buffer, user = ADMIN) {
    this.user = user;
    const [name = '', query = ''] = path.split('?');
    this.method = method;
    this.path = name;
    this.query = new URLSearchParams(query);
    this.info = requestInfo(method, name, this.query);
    this.#bytes = bytes;
    this.#headers = { 'content-type': contentType, 'user-agent': 'bench' };
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
    return { bytes: this.#bytes };
  }

  onClose(): Cancel {
    return () => undefined;
  }
}
