import type { IncomingMessage } from 'node:http';
import { decodedPath } from '../static-files.ts';
import type { Exchange } from './serve.ts';

/** `https` where the client speaks TLS. */
export const schemeOf = ({ socket }: IncomingMessage): string => ('encrypted' in socket ? 'https' : 'http');

/** The value of a variable of nginx. What has none is empty. */
function variable({ process, call, server, port, uri }: Exchange, name: string): string {
  const { request, query, remote } = call;
  const { machine } = process;
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase() || (server.names[0] ?? '');
  const header = /^http_(.+)$/.exec(name)?.[1];
  if (header !== undefined) return String(request.headers[header.replaceAll('_', '-')] ?? '');
  const argument = /^arg_(.+)$/.exec(name)?.[1];
  if (argument !== undefined) return query.get(argument) ?? '';
  const now = new Date(machine.clock.now());
  const values: Readonly<Record<string, () => string>> = {
    args: () => (request.url ?? '').split(/\?(.*)/s)[1] ?? '',
    content_type: () => request.headers['content-type'] ?? '',
    document_uri: () => uri,
    host: () => host,
    hostname: () => machine.hostname,
    is_args: () => ((request.url ?? '').includes('?') ? '?' : ''),
    msec: () => (now.getTime() / 1000).toFixed(3),
    nginx_version: () => '1.29.3',
    pid: () => String(process.pid),
    query_string: () => (request.url ?? '').split(/\?(.*)/s)[1] ?? '',
    remote_addr: () => remote.address,
    remote_port: () => String(remote.port),
    request: () => `${request.method} ${request.url} HTTP/${request.httpVersion}`,
    request_method: () => request.method ?? '',
    request_uri: () => request.url ?? '',
    scheme: () => schemeOf(request),
    server_name: () => server.names[0] ?? '',
    server_port: () => String(port),
    server_protocol: () => `HTTP/${request.httpVersion}`,
    time_iso8601: () => `${now.toISOString().slice(0, 19)}+00:00`,
    uri: () => uri,
    proxy_add_x_forwarded_for: () =>
      [request.headers['x-forwarded-for'], remote.address].filter((part) => part !== undefined).join(', '),
    proxy_host: () => host,
    request_path: () => decodedPath(call.path) ?? '',
  };
  return Object.hasOwn(values, name) ? (values[name]?.() ?? '') : '';
}

/** Puts the values of variables into a text: `$uri`, `${uri}`. */
export function withVariables(exchange: Exchange, text: string): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_whole, braced?: string, plain?: string) =>
    variable(exchange, braced ?? plain ?? ''),
  );
}
