import { type HttpCall, serveHttp } from '../../images/http-server.ts';
import { contentType, decodedPath, findFile } from '../../images/static-files.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { BadUsage, readOptions } from './options.ts';

const TITLES: Readonly<Record<number, readonly [string, string]>> = {
  302: ['Found', 'The requested URL has moved'],
  400: ['Bad Request', 'Unsupported method'],
  404: ['Not Found', 'The requested URL was not found'],
  501: ['Not Implemented', 'The requested method is not recognized'],
};

async function answer(process: Process, folder: string, call: HttpCall): Promise<void> {
  const { request, response, path: asked } = call;
  const fail = (status: number, headers: Record<string, string> = {}): void => {
    const [title = '', text = ''] = TITLES[status] ?? [];
    const heading = `${status} ${title}`;
    const page = `<HTML><HEAD><TITLE>${heading}</TITLE></HEAD>\n<BODY><H1>${heading}</H1>\n${text}\n</BODY></HTML>\n`;
    response.writeHead(status, { 'content-type': 'text/html', connection: 'close', ...headers });
    response.end(page);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return fail(501);
  const path = decodedPath(asked);
  if (path === undefined) return fail(400);
  let found = findFile(process, `${folder}${path}`);
  if (found.kind === 'directory') {
    if (!asked.endsWith('/')) return fail(302, { location: `${asked}/` });
    found = findFile(process, `${found.place.path}/index.html`);
  }
  if (found.kind !== 'file') return fail(404);
  const { content, modified, place } = found;
  response.writeHead(200, {
    'content-type': contentType(place.name, 'application/octet-stream'),
    connection: 'close',
    'last-modified': modified.toUTCString(),
    'content-length': content.length,
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

/** busybox's small server of files: in the background unless it is told not to. */
export const httpd: Program = async (process, args) => {
  const options = readOptions(args, 'fivp:h:c:u:r:');
  const address = options.value('p') ?? '80';
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  if (!(port > 0)) throw new BadUsage(`invalid port '${address}'`);
  const folder = process.path(options.value('h') ?? '.').replace(/\/$/, '');
  process.view.find(folder === '' ? '/' : folder, process);
  const isVerbose = options.has('v');
  const server: Program = async (own) => {
    serveHttp(own, port, async (call) => {
      await answer(own, folder, call);
      const { remote, request, response } = call;
      if (isVerbose)
        await own.complain(`${remote.address}:${remote.port}: response:${response.statusCode} ${request.url}`);
    });
    await own.sleep(Number.POSITIVE_INFINITY);
    return 0;
  };
  if (options.has('f')) return server(process, args, 'httpd');
  process.spawn(process.argv, server, { background: true });
  return 0;
};
