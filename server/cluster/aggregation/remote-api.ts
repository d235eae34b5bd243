import type { KeyAndCertificate } from '../../auth/certificates.ts';
import type { Frozen } from '../../base/freeze.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { User } from '../../kube/object.ts';
import {
  type Outbound,
  OutboundError,
  type OutboundStreamRequest,
  type ServiceConnector,
} from '../../kube/outbound.ts';
import type { APIService } from '../../kube/types.gen.ts';
import type { ApiService, RemoteApi } from '../../pipeline/aggregation/aggregation.ts';
import { userHeaders } from '../../pipeline/aggregation/remote-headers.ts';

/** What calls to other API servers are made with. */
export interface RemoteParts {
  readonly outbound: Outbound;
  readonly services: ServiceConnector;
  /** What the server shows where it speaks for others; made when first needed. */
  readonly clientCertificate: () => KeyAndCertificate | undefined;
}

/** An answer that was read to its end. */
export interface RemoteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export const isAvailable = ({ status }: ApiService): boolean =>
  status.conditions?.some((condition) => condition.type === 'Available' && condition.status === 'True') ?? false;

/** One group version as an APIService with a service describes it. */
export class RemoteServer implements RemoteApi {
  readonly apiService: ApiService;
  readonly isAvailable: boolean;
  readonly #service: NonNullable<Frozen<APIService>['spec']['service']>;
  readonly #parts: RemoteParts;

  /** @param apiService has a service */
  constructor(apiService: ApiService, parts: RemoteParts) {
    this.apiService = apiService;
    this.isAvailable = isAvailable(apiService);
    this.#service = apiService.spec.service ?? {};
    this.#parts = parts;
  }

  get group(): string {
    return this.apiService.spec.group ?? '';
  }

  get version(): string {
    return this.apiService.spec.version ?? '';
  }

  get #port(): number {
    return this.#service.port ?? 443;
  }

  get #key(): { namespace: string; name: string } {
    const { namespace = '', name = '' } = this.#service;
    return { namespace, name };
  }

  /** `/apis/group/version` */
  get path(): string {
    return this.group === '' ? `/api/${this.version}` : `/apis/${this.group}/${this.version}`;
  }

  /** Whether another one describes the same server in the same way. */
  isSameServer(other: RemoteServer): boolean {
    const identity = ({ apiService: { spec } }: RemoteServer): string =>
      JSON.stringify([spec.service, spec.caBundle, spec.insecureSkipTLSVerify]);
    return identity(this) === identity(other);
  }

  origin(): string {
    return `https://${this.#parts.services.address(this.#key, this.#port)}`;
  }

  connection(): Omit<OutboundStreamRequest, 'url' | 'headers'> {
    const { caBundle, insecureSkipTLSVerify } = this.apiService.spec;
    const { namespace, name } = this.#key;
    const clientCertificate = this.#parts.clientCertificate();
    return {
      serverName: `${name}.${namespace}.svc`,
      ...(caBundle && { caBundle: Buffer.from(caBundle, 'base64').toString() }),
      ...(insecureSkipTLSVerify && { insecure: true }),
      ...(clientCertificate && { clientCertificate }),
      connect: () => this.#parts.services.connection(this.#key, this.#port),
    };
  }

  /** Asks as a user of the server's own. @throws Error, an OutboundError when there is no answer */
  async get(
    path: string,
    user: User,
    { headers = {}, timeoutMs }: { headers?: Readonly<Record<string, string>>; timeoutMs: number },
  ): Promise<RemoteAnswer> {
    const answer = await this.#parts.outbound.open({
      ...this.connection(),
      method: 'GET',
      url: `${this.origin()}${path}`,
      headers: { ...headers, ...userHeaders(user) },
      timeoutMs,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > LIMITS.outboundAnswerBytes) throw new Error('the answer is too large');
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof OutboundError) throw error;
      throw new OutboundError(bytes > LIMITS.outboundAnswerBytes ? (error as Error).message : 'unexpected EOF');
    }
    return { status: answer.status, headers: answer.headers, text: Buffer.concat(chunks).toString() };
  }
}
