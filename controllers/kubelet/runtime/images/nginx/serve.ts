import { Buffer } from 'node:buffer';
import type { Process } from '../../machine/process.ts';
import type { HttpCall } from '../http-server.ts';
import { contentType, decodedPath, findFile } from '../static-files.ts';
import { pageOf, VERSION } from './pages.ts';
import { passOn } from './proxy.ts';
import { inherited, type Location, locationFor, own, type Scope, type Server } from './servers.ts';
import { schemeOf, withVariables } from './variables.ts';

/** What is answered: a body, and how. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const PREFIX = '/etc/nginx';
/** Internal redirects of one request. */
const TURNS_MAX = 10;

/** One request to one server. */
export class Exchange {
  readonly process: Process;
  readonly call: HttpCall;
  readonly server: Server;
  readonly port: number;
  /** As decoded, and as an internal redirect changed it. */
  uri: string;

  constructor(process: Process, call: HttpCall, server: Server, port: number, uri: string) {
    this.process = process;
    this.call = call;
    this.server = server;
    this.port = port;
    this.uri = uri;
  }

  text(pattern: string): string {
    return withVariables(this, pattern);
  }
}

/** Answers a request by what is configured. */
export async function serve(
  process: Process,
  call: HttpCall,
  server: Server | undefined,
  port: number,
): Promise<Answer> {
  const uri = decodedPath(call.path);
  if (uri === undefined || !server) return page(400);
  const exchange = new Exchange(process, call, server, port, uri);
  const location = locationFor(server.locations, uri);
  const answer = await answerIn(exchange, location, 0);
  return withHeaders(exchange, location ?? server, await afterError(exchange, location ?? server, answer));
}

const page = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body: Buffer.from(pageOf(status) ?? ''),
  headers: { 'content-type': 'text/html', ...headers },
});

async function answerIn(exchange: Exchange, location: Location | undefined, turn: number): Promise<Answer> {
  if (turn > TURNS_MAX) return page(500);
  const scope: Scope = location ?? exchange.server;
  const [returned] = [...own(exchange.server, 'return'), ...own(scope, 'return')];
  if (returned) return returnedBy(exchange, scope, returned.args);
  const [passed] = own(scope, 'proxy_pass');
  if (passed && location) return passOn(exchange, location, passed.args[0] ?? '', page);
  if (own(scope, 'stub_status').length > 0) {
    const text =
      'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n';
    return { status: 200, body: Buffer.from(text), headers: { 'content-type': 'text/plain' } };
  }
  const { method = 'GET' } = exchange.call.request;
  const [tried] = inherited(scope, 'try_files');
  if (tried) return tryFiles(exchange, location, tried.args, turn);
  if (method !== 'GET' && method !== 'HEAD') return page(405);
  return fileAt(exchange, location, exchange.uri, turn);
}

function returnedBy(exchange: Exchange, scope: Scope, [first = '', second]: readonly string[]): Answer {
  const isCode = /^\d+$/.test(first);
  const status = isCode ? Number(first) : 302;
  const text = exchange.text((isCode ? second : first) ?? '');
  if (status >= 301 && status <= 308 && text !== '') return page(status, { location: absolute(exchange, text) });
  if (second === undefined) return page(status);
  const type = inherited(scope, 'default_type')[0]?.args[0] ?? 'text/plain';
  return { status, body: Buffer.from(text, 'latin1'), headers: { 'content-type': type } };
}

function absolute({ call: { request }, port }: Exchange, location: string): string {
  if (!location.startsWith('/')) return location;
  const host = (request.headers.host ?? 'localhost').split(':')[0];
  const scheme = schemeOf(request);
  return `${scheme}://${host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${location}`;
}

/** Where a path lies among the files. */
function pathOf(exchange: Exchange, location: Location | undefined, uri: string): string {
  const scope: Scope = location ?? exchange.server;
  const folder = (text: string): string => (text.startsWith('/') ? text : `${PREFIX}/${text}`);
  const [alias] = location ? own(location, 'alias') : [];
  if (alias && location) return `${folder(exchange.text(alias.args[0] ?? ''))}${uri.slice(location.path.length)}`;
  const root = exchange.text(inherited(scope, 'root')[0]?.args[0] ?? 'html');
  return `${folder(root).replace(/\/$/, '')}${uri}`;
}

async function tryFiles(
  exchange: Exchange,
  location: Location | undefined,
  args: readonly string[],
  turn: number,
): Promise<Answer> {
  for (const pattern of args.slice(0, -1)) {
    const uri = exchange.text(pattern);
    const { kind } = findFile(exchange.process, pathOf(exchange, location, uri));
    if (kind === 'file' || (kind === 'directory' && uri.endsWith('/'))) return fileAt(exchange, location, uri, turn);
  }
  const last = exchange.text(args.at(-1) ?? '');
  if (/^=\d+$/.test(last)) return page(Number(last.slice(1)));
  const { locations } = exchange.server;
  if (last.startsWith('@'))
    return answerIn(
      exchange,
      locations.find(({ path }) => path === last),
      turn + 1,
    );
  exchange.uri = last.split('?')[0] ?? last;
  return answerIn(exchange, locationFor(locations, exchange.uri), turn + 1);
}

async function fileAt(exchange: Exchange, location: Location | undefined, uri: string, turn: number): Promise<Answer> {
  const scope: Scope = location ?? exchange.server;
  const path = pathOf(exchange, location, uri);
  const found = findFile(exchange.process, path);
  if (found.kind === 'missing' || (found.kind === 'file' && uri.endsWith('/'))) return page(404);
  if (found.kind === 'forbidden') return page(403);
  if (found.kind === 'file') {
    const type = contentType(path, inherited(scope, 'default_type')[0]?.args[0] ?? 'application/octet-stream');
    const modified = found.modified.toUTCString();
    const etag = `"${Math.floor(found.modified.getTime() / 1000).toString(16)}-${found.content.length.toString(16)}"`;
    const headers = { 'content-type': type, 'last-modified': modified, etag, 'accept-ranges': 'bytes' };
    const isSame = exchange.call.request.headers['if-none-match'] === etag;
    return { status: isSame ? 304 : 200, body: isSame ? Buffer.alloc(0) : found.content, headers };
  }
  if (!uri.endsWith('/')) return page(301, { location: absolute(exchange, `${exchange.call.path}/`) });
  for (const name of inherited(scope, 'index')
    .flatMap(({ args }) => args)
    .concat('index.html')) {
    if (findFile(exchange.process, `${path}${name}`).kind === 'missing') continue;
    exchange.uri = `${uri}${name}`;
    return answerIn(exchange, locationFor(exchange.server.locations, exchange.uri), turn + 1);
  }
  if (inherited(scope, 'autoindex')[0]?.args[0] !== 'on') return page(403);
  const names = exchange.process.view.names(found.place, exchange.process);
  const lines = ['../', ...names].map((name) => `<a href="${encodeURI(name)}">${name}</a>\n`).join('');
  const body = `<html>\n<head><title>Index of ${uri}</title></head>\n<body>\n<h1>Index of ${uri}</h1><hr><pre>${lines}`;
  return {
    status: 200,
    body: Buffer.from(`${body}</pre><hr></body>\n</html>\n`, 'latin1'),
    headers: { 'content-type': 'text/html' },
  };
}

/** `error_page`: another page for some errors. */
async function afterError(exchange: Exchange, scope: Scope, answer: Answer): Promise<Answer> {
  if (answer.status < 400) return answer;
  const found = inherited(scope, 'error_page').find(({ args }) => args.includes(String(answer.status)));
  const target = found?.args.at(-1);
  if (!found || target === undefined || !target.startsWith('/')) return answer;
  const changed = found.args.find((word) => /^=\d+$/.test(word));
  exchange.uri = exchange.text(target);
  const other = await answerIn(exchange, locationFor(exchange.server.locations, exchange.uri), 1);
  if (other.status >= 400) return answer;
  return { ...other, status: changed ? Number(changed.slice(1)) : answer.status };
}

const PLAIN: ReadonlySet<number> = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

function withHeaders(exchange: Exchange, scope: Scope, answer: Answer): Answer {
  const headers: Record<string, string> = { server: VERSION, ...answer.headers };
  for (const { args } of inherited(scope, 'add_header')) {
    const [name = '', value = '', always] = args;
    if (PLAIN.has(answer.status) || always === 'always') headers[name.toLowerCase()] = exchange.text(value);
  }
  const charset = inherited(scope, 'charset')[0]?.args[0];
  if (charset !== undefined && charset !== 'off' && headers['content-type']?.startsWith('text/'))
    headers['content-type'] += `; charset=${charset}`;
  return { ...answer, headers };
}
