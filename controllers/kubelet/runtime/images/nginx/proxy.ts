import { SystemError } from '../../machine/errno.ts';
import { fetchOnce, HostUnknown } from '../../shell/programs/http.ts';
import { readAll } from '../../shell/programs/input.ts';
import type { Answer, Exchange } from './serve.ts';
import { inherited, type Location } from './servers.ts';

const TIMEOUT_MS = 60_000;
/** What belongs to one connection, and is not passed on. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The servers that a name stands for in the configuration. */
function upstream({ server }: Exchange, name: string): string | undefined {
  const block = server.outer?.directives.find((found) => found.name === 'upstream' && found.args[0] === name)?.block;
  return block?.find((found) => found.name === 'server')?.args[0];
}

function headersFor(exchange: Exchange, location: Location, host: string): [string, string][] {
  const set = new Map<string, string>();
  for (const [name, value] of Object.entries(exchange.call.request.headers))
    if (value !== undefined && !OF_CONNECTION.has(name)) set.set(name, String(value));
  set.set('host', host);
  set.set('connection', 'close');
  for (const { args } of inherited(location, 'proxy_set_header')) {
    const [name = '', value = ''] = args;
    if (name.toLowerCase() !== 'connection' && name.toLowerCase() !== 'upgrade')
      set.set(name.toLowerCase(), exchange.text(value));
  }
  return [...set].filter(([, value]) => value !== '');
}

/** `proxy_pass`: asks another server. */
export async function passOn(
  exchange: Exchange,
  location: Location,
  target: string,
  page: (status: number) => Answer,
): Promise<Answer> {
  const { process, call, uri } = exchange;
  const [, scheme = '', host = '', path] = /^(https?):\/\/([^/]+)(\/.*)?$/.exec(exchange.text(target)) ?? [];
  const address = upstream(exchange, host) ?? host;
  const asked = call.request.url ?? '/';
  const question = asked.includes('?') ? asked.slice(asked.indexOf('?')) : '';
  const whole = path === undefined ? asked : `${path}${encodeURI(uri.slice(location.path.length))}${question}`;
  const url = `${scheme}://${address}${whole}`;
  if (!URL.canParse(url)) return page(502);
  const { method = 'GET' } = call.request;
  const body = method === 'GET' || method === 'HEAD' ? undefined : await call.body();
  try {
    const answer = await fetchOnce(process, {
      url: new URL(url),
      method,
      headers: headersFor(exchange, location, host),
      body,
      connectMs: TIMEOUT_MS,
      totalMs: TIMEOUT_MS,
      // `proxy_ssl_verify` is off.
      tls: { caBundle: '', insecure: true },
    });
    const content = await readAll(process, answer.body);
    answer.body.release();
    answer.close();
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.head.headers))
      if (value !== undefined && !OF_CONNECTION.has(name) && name !== 'server' && name !== 'date')
        headers[name] = String(value);
    return { status: answer.head.statusCode ?? 502, body: content, headers };
  } catch (error) {
    if (!(error instanceof SystemError) && !(error instanceof HostUnknown)) throw error;
    return page(error instanceof SystemError && error.code === 'ETIMEDOUT' ? 504 : 502);
  }
}
