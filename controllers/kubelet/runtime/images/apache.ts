import type { Process } from '../machine/process.ts';
import type { Program } from '../machine/program.ts';
import { type HttpCall, serveHttp } from './http-server.ts';
import { contentType, decodedPath, findFile } from './static-files.ts';

const CONFIG = '/usr/local/apache2/conf/httpd.conf';
const VERSION = 'Apache/2.4.66 (Unix)';
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** What counts of a configuration: where it listens, and which folder it serves. */
interface Site {
  readonly ports: readonly number[];
  readonly folder: string;
}

function siteOf(process: Process): Site {
  const node = process.view.tryFind(CONFIG, process)?.node;
  const text = node?.kind === 'file' ? node.read(0, process.machine.limits.scriptLength).toString() : '';
  const values = (name: string): string[] =>
    text.split('\n').flatMap((line) => {
      const [word = '', value] = line.trim().split(/\s+/);
      return word.toLowerCase() === name && value !== undefined ? [value.replaceAll('"', '')] : [];
    });
  const ports = values('listen').map((value) => Number(value.slice(value.lastIndexOf(':') + 1)));
  const known = ports.filter((port) => port > 0);
  return {
    ports: known.length > 0 ? [...new Set(known)] : [80],
    folder: values('documentroot')[0] ?? '/usr/local/apache2/htdocs',
  };
}

const TITLES: Readonly<Record<number, readonly [string, string]>> = {
  301: ['Moved Permanently', 'The document has moved.'],
  400: ['Bad Request', 'Your browser sent a request that this server could not understand.<br />\n'],
  403: ['Forbidden', "You don't have permission to access this resource."],
  404: ['Not Found', 'The requested URL was not found on this server.'],
  405: ['Method Not Allowed', 'The requested method is not allowed for this URL.'],
};

function errorPage(status: number): string {
  const [title = '', text = ''] = TITLES[status] ?? [];
  return (
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n' +
    `<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body></html>\n`
  );
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function answerOf(process: Process, folder: string, { request, path: asked }: HttpCall): Answer {
  const failed = (status: number, headers: Record<string, string> = {}): Answer => ({
    status,
    body: Buffer.from(errorPage(status)),
    headers: { 'content-type': 'text/html; charset=iso-8859-1', ...headers },
  });
  const path = decodedPath(asked);
  if (path === undefined) return failed(400);
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'POST') return failed(405);
  let found = findFile(process, `${folder}${path}`);
  if (found.kind === 'directory') {
    if (!asked.endsWith('/')) return failed(301, { location: `http://${request.headers.host ?? ''}${asked}/` });
    const index = findFile(process, `${found.place.path}/index.html`);
    found = index.kind === 'file' ? index : { kind: 'forbidden' };
  } else if (path.endsWith('/')) found = { kind: 'missing' };
  if (found.kind !== 'file') return failed(found.kind === 'forbidden' ? 403 : 404);
  const { content, modified, place } = found;
  const type = contentType(place.name, '');
  const headers = { 'last-modified': modified.toUTCString(), 'accept-ranges': 'bytes' };
  return { status: 200, body: content, headers: { ...headers, ...(type !== '' && { 'content-type': type }) } };
}

async function answer(process: Process, folder: string, call: HttpCall): Promise<void> {
  const { request, response, remote } = call;
  const { status, body, headers } = answerOf(process, folder, call);
  response.writeHead(status, { server: VERSION, ...headers, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
  const time = new Date(process.machine.clock.now()).toISOString();
  const date = `${time.slice(8, 10)}/${MONTHS[Number(time.slice(5, 7)) - 1]}/${time.slice(0, 4)}:${time.slice(11, 19)}`;
  const asked = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  await process.print(`${remote.address} - - [${date} +0000] "${asked}" ${status} ${body.length}\n`);
}

function notice(process: Process, text: string): Promise<void> {
  const now = new Date(process.machine.clock.now());
  const time = now.toISOString();
  const date = `${DAYS[now.getUTCDay()]} ${MONTHS[now.getUTCMonth()]} ${time.slice(8, 10)} ${time.slice(11, 23)}000`;
  return process.complain(`[${date} ${time.slice(0, 4)}] [mpm_event:notice] [pid ${process.pid}] ${text}`);
}

/** The Apache HTTP server: the files of a folder. */
export const apache: Program = async (process, args) => {
  if (args.includes('-v')) {
    await process.print(`Server version: ${VERSION}\n`);
    return 0;
  }
  if (args.includes('-t')) {
    await process.complain('Syntax OK');
    return 0;
  }
  const { ports, folder } = siteOf(process);
  for (const port of ports) serveHttp(process, port, (call) => answer(process, folder, call));
  for (const signal of ['TERM', 'INT', 'WINCH'] as const)
    process.handlers.set(signal, () => {
      void process.thread(async () => {
        await notice(process, signal === 'TERM' ? 'AH00491: caught SIGTERM, shutting down' : 'shutting down');
        process.end(0);
      });
    });
  await notice(process, `AH00489: ${VERSION} configured -- resuming normal operations`);
  await process.sleep(Number.POSITIVE_INFINITY);
  return 0;
};
