/** What says that ports of pods lead to servers that run somewhere. */
import type { Upstream } from '../../../../server/kube/pod-answers.ts';

/** Where pods say so. */
export const UPSTREAMS = 'fauxkube.dev/upstreams';

/** A port, or all ports, and the server behind. */
export interface Binding {
  /** By number or by the name that a container gives it; undefined for all. */
  readonly port: number | string | undefined;
  readonly upstream: Upstream;
}

const PORT_MAX = 65_535;
const HTTP_PORT = 80;

const isPort = (port: number): boolean => port >= 1 && port <= PORT_MAX;

/**
 * `[port=]http://host[:port]` or `[port=]tcp://host:port`.
 *
 * @returns what is wrong, for what cannot be understood
 * @example
 * parseBinding('8080=http://api:3000') // { port: 8080, upstream: { host: 'api', port: 3000 } }
 */
export function parseBinding(text: string): Binding | string {
  const words = JSON.stringify(text);
  const [, name, scheme = '', rest = ''] = /^(?:([a-z0-9-]+)=)?([a-z]+):\/\/(.*)$/.exec(text.trim()) ?? [];
  if (scheme === '') return `${words} is no upstream such as 8080=http://api:3000 or tcp://db:5432`;
  if (scheme !== 'http' && scheme !== 'tcp') return `${words}: upstreams are reached by http and tcp, not by ${scheme}`;
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9_.-]+)(?::(\d{1,5}))?\/?$/.exec(rest) ?? [];
  if (host === undefined) return `${words}: ${rest} is no server such as api:3000; paths are passed on as they come`;
  if (port === undefined && scheme === 'tcp') return `${words}: the port is missing`;
  const number = port === undefined ? HTTP_PORT : Number(port);
  if (!isPort(number)) return `${words}: ports go from 1 to ${PORT_MAX}`;
  const own = name !== undefined && /^\d+$/.test(name) ? Number(name) : name;
  if (typeof own === 'number' && !isPort(own)) return `${words}: ports go from 1 to ${PORT_MAX}`;
  return { port: own, upstream: { host: host.replace(/^\[|\]$/g, ''), port: number } };
}

/** Several, separated by commas. @returns what is wrong, for what cannot be understood */
export function parseBindings(text: string): readonly Binding[] | string {
  const bindings: Binding[] = [];
  for (const part of text.split(',')) {
    const binding = parseBinding(part);
    if (typeof binding === 'string') return binding;
    bindings.push(binding);
  }
  return bindings;
}
