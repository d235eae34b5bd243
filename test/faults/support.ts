import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import type { FaultReport, FaultRule } from '../../server/index.ts';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { readKubeconfig } from '../support/ask.ts';

/** How an exchange over HTTP/2 ended. */
export interface Exchange {
  /** 0 when there was no head. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of RST_STREAM; 0 when the answer was whole. */
  readonly reset: number;
  /** Whether the whole connection has gone. */
  readonly isGone: boolean;
}

/** A connection of a client that speaks HTTP/2. */
export class Http2Client implements Disposable {
  readonly session: ClientHttp2Session;

  constructor(url: string, kubeconfig: string) {
    const { ca, cert, key } = readKubeconfig(kubeconfig);
    this.session = connect(url, { ca, cert, key });
    this.session.on('error', () => undefined); // a connection that breaks is what is wanted
  }

  /** @param isAnnounced whether the length of the body is said before, as clients of Kubernetes do */
  open(method: string, path: string, body?: object, isAnnounced = true): ClientHttp2Stream {
    const text = body && JSON.stringify(body);
    const type = text && { 'content-type': 'application/json' };
    const length = text && isAnnounced && { 'content-length': Buffer.byteLength(text) };
    const stream = this.session.request({ ':method': method, ':path': path, ...type, ...length }, { endStream: !text });
    stream.on('error', () => undefined);
    if (text) stream.end(text);
    return stream;
  }

  async ask(method: string, path: string, body?: object, isAnnounced = true): Promise<Exchange> {
    const stream = this.open(method, path, body, isAnnounced);
    let headers: IncomingHttpHeaders = {};
    let text = '';
    stream.on('response', (given) => {
      headers = given;
    });
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    await new Promise((resolve) => stream.once('close', resolve));
    const isGone = this.session.destroyed || this.session.closed;
    return { status: Number(headers[':status'] ?? 0), headers, text, reset: stream.rstCode ?? 0, isGone };
  }

  [Symbol.dispose](): void {
    this.session.destroy();
  }
}

export interface FaultyCluster extends AdminCluster {
  /** Adds a rule through the API. @throws Error with what the API says */
  fault(rule: FaultRule): Promise<FaultReport>;
  reports(): Promise<readonly FaultReport[]>;
  /** Over HTTP/1.1, in JSON. @throws Error when the connection breaks before there is a head */
  read(path: string): Promise<{ status: number; body: Record<string, unknown> }>;
  http2(): Http2Client;
}

export async function faultyCluster(options: Parameters<typeof adminCluster>[0] = {}): Promise<FaultyCluster> {
  const shop = await adminCluster(options);
  return {
    ...shop,
    fault: async (rule) => {
      const { status, text } = await shop.admin('POST', '/-/faults', rule);
      if (status !== 200) throw new Error(text);
      return JSON.parse(text) as FaultReport;
    },
    reports: async () => {
      const { text } = await shop.admin('GET', '/-/faults');
      return (JSON.parse(text) as { faults: readonly FaultReport[] }).faults;
    },
    read: async (path) => {
      const { status, text } = await shop.admin('GET', path);
      return { status, body: JSON.parse(text) as Record<string, unknown> };
    },
    http2: () => new Http2Client(shop.cluster.url, shop.cluster.kubeconfig()),
  };
}

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
