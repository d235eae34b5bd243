import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { forever } from '../go-program.ts';
import { type HttpCall, sendText, serveHttp } from '../http-server.ts';
import { contentType, decodedPath, findFile } from '../static-files.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'private',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'DNT,X-Mx-ReqToken,Keep-Alive,User-Agent,X-Requested-With,Cache-Control,Content-Type',
};

/** Serves all files of the container, as Go's file server does. */
export const testWebserver: Program = (process, args) => {
  const { flags } = readFlags(args, { port: 80 });
  serveHttp(process, flags.port, async (call) => serve(process, call));
  return forever(process);
};

async function serve(process: Process, call: HttpCall): Promise<void> {
  const { response } = call;
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const path = decodedPath(call.path);
  if (path === undefined) return sendText(call, 'invalid URL path\n', 400);
  const name = call.path.slice(call.path.lastIndexOf('/') + 1);
  if (name === 'index.html') return redirect(call, './');
  const found = findFile(process, path);
  if (found.kind === 'missing') return sendText(call, '404 page not found\n', 404);
  if (found.kind === 'forbidden') return sendText(call, '403 Forbidden\n', 403);
  const isFolder = call.path.endsWith('/');
  if (found.kind === 'file') {
    if (isFolder) return redirect(call, `../${found.place.name}`);
    return sendFile(call, found);
  }
  if (!isFolder) return redirect(call, `${name}/`);
  const index = findFile(process, `${found.place.path}/index.html`);
  if (index.kind === 'file') return sendFile(call, index);
  const names = process.view.names(found.place, process).map((entry) => {
    const below = process.view.tryFind(`${found.place.path}/${entry}`, process, { follow: false });
    const shown = `${Buffer.from(entry, 'latin1').toString()}${below?.node.kind === 'directory' ? '/' : ''}`;
    return `<a href="${encodeURI(shown)}">${shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</a>\n`;
  });
  const head = '<!doctype html>\n<meta name="viewport" content="width=device-width">\n';
  sendText(call, `${head}<pre>\n${names.join('')}</pre>\n`, 200, 'text/html; charset=utf-8');
}

function redirect({ response }: HttpCall, location: string): void {
  response.writeHead(301, { location, 'content-length': 0 });
  response.end();
}

function sendFile(
  { request, response }: HttpCall,
  { place, content, modified }: Extract<ReturnType<typeof findFile>, { kind: 'file' }>,
): void {
  const type = contentType(place.name, content.includes(0) ? 'application/octet-stream' : 'text/plain');
  response.writeHead(200, {
    'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
    'content-length': content.length,
    'last-modified': modified.toUTCString(),
    'accept-ranges': 'bytes',
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}
