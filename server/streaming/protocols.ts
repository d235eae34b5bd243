/** Which protocol client and server speak, by what the client can: the handshakes of httpstream and wsstream. */
import type { IncomingHttpHeaders } from 'node:http';
import type { SessionKind } from '../kube/stream-session.ts';

/** What is spoken from now on. */
export type Agreement =
  | { readonly wire: 'websocket'; readonly protocol: string }
  /** SPDY inside the messages of a WebSocket. */
  | { readonly wire: 'tunnel'; readonly protocol: string }
  | { readonly wire: 'spdy'; readonly protocol: string };

/** The answer to a client with whom nothing can be spoken. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const SPDY: Readonly<Record<SessionKind['type'], readonly string[]>> = {
  'remote-command': ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'],
  'port-forward': ['portforward.k8s.io'],
};

/** '' is for clients that name none. */
const WEBSOCKET: Readonly<Record<SessionKind['type'], readonly string[]>> = {
  'remote-command': ['', 'channel.k8s.io', 'base64.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'],
  'port-forward': ['', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'],
};

const V5 = 'v5.channel.k8s.io';
const TUNNELLED = 'SPDY/3.1+';

const listed = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');

const isTunnelled = (name: string): boolean => name.startsWith(TUNNELLED) && name.endsWith('.k8s.io');

/** Finds what both can speak, or what to answer. */
export function agree(headers: IncomingHttpHeaders, kind: SessionKind): Agreement | Refusal {
  const upgrade = (headers.upgrade ?? '').toLowerCase();
  if (upgrade !== 'websocket') return agreeOnSpdy(headers, kind);
  const offered = listed(headers['sec-websocket-protocol']);
  if (kind.type === 'remote-command' && offered.includes(V5)) return { wire: 'websocket', protocol: V5 };
  if (kind.type === 'port-forward' && offered.some(isTunnelled)) return agreeOnTunnel(offered);
  const refusal = kind.type === 'port-forward' ? portProblem(kind.ports) : undefined;
  if (refusal !== undefined) return { status: 400, text: refusal };
  const protocol = (offered.length === 0 ? [''] : offered).find((name) => WEBSOCKET[kind.type].includes(name));
  return protocol === undefined ? { status: 403, text: '' } : { wire: 'websocket', protocol };
}

/** Protocols without channels of the client's own have to know the ports at once. */
function portProblem(ports: readonly number[]): string | undefined {
  if (ports.length === 0) return 'query parameter "port" is required';
  return ports.includes(0) ? `port "${ports.join(',')}" must be > 0` : undefined;
}

function agreeOnTunnel(offered: readonly string[]): Agreement | Refusal {
  const names = offered.filter(isTunnelled).map((name) => name.slice(TUNNELLED.length));
  const protocol = names.find((name) => SPDY['port-forward'].includes(name));
  return protocol === undefined ? noCommonProtocol(names, 'port-forward') : { wire: 'tunnel', protocol };
}

function agreeOnSpdy(headers: IncomingHttpHeaders, kind: SessionKind): Agreement | Refusal {
  const header = headers['x-stream-protocol-version'];
  if (header === undefined) {
    const count = Object.keys(headers).length;
    const what = `header X-Stream-Protocol-Version does not exist in request with ${count} headers`;
    return { status: 400, text: `unable to upgrade: ${what}\n` };
  }
  const offered = listed(header);
  if (offered.length === 0) {
    const what = `header X-Stream-Protocol-Version contains [${[header].flat().join(' ')}], but no valid protocols`;
    return { status: 400, text: `unable to upgrade: ${what}\n` };
  }
  const protocol = offered.find((name) => SPDY[kind.type].includes(name));
  if (protocol === undefined) return noCommonProtocol(offered, kind.type);
  if (!(headers.upgrade ?? '').toLowerCase().includes('spdy/3.1'))
    return { status: 400, text: 'unable to upgrade: missing upgrade headers in request\n' };
  return { wire: 'spdy', protocol };
}

function noCommonProtocol(offered: readonly string[], type: SessionKind['type']): Refusal {
  const known = SPDY[type];
  const what = `client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`;
  return {
    status: 403,
    text: `unable to upgrade: unable to negotiate protocol: ${what}\n`,
    headers: { 'x-accepted-stream-protocol-versions': known.join(', ') },
  };
}

/** The name by which the client of a WebSocket knows the protocol. */
export const subprotocolOf = ({ wire, protocol }: Agreement): string =>
  wire === 'tunnel' ? `${TUNNELLED}${protocol}` : protocol;
