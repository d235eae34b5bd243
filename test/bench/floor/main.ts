/**
 * The floor: the least that a Node server can do with the same requests over the same transport.
 * Arguments: the port, a file with the private key, a file with the certificate.
 */
import { readFileSync } from 'node:fs';
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { createCollections } from './collections.ts';

const [port = '0', keyFile = '', certFile = ''] = process.argv.slice(2);
const collections = createCollections();
collections.write('/api/v1/namespaces', Buffer.from('{"kind":"Namespace","metadata":{"name":"default"}}'), 'ADDED');

const JSON_TYPE = { 'content-type': 'application/json' };

function send(stream: ServerHttp2Stream, status: number, bytes: Buffer): void {
  stream.respond({ ':status': status, ...JSON_TYPE, 'content-length': bytes.length });
  stream.end(bytes);
}

function watch(stream: ServerHttp2Stream, collection: string, withInitialEvents: boolean): void {
  stream.respond({ ':status': 200, ...JSON_TYPE });
  if (withInitialEvents) for (const part of collections.initialEvents(collection)) stream.write(part);
  stream.on(
    'close',
    collections.watch(collection, (line) => void stream.write(line)),
  );
}

function read(stream: ServerHttp2Stream, url: string): void {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (url.includes('watch=true', query)) watch(stream, path, url.includes('sendInitialEvents=true', query));
  else if (path === '/readyz') send(stream, 200, Buffer.from('ok'));
  else send(stream, 200, collections.item(path) ?? list(path, query < 0 ? '' : url.slice(query + 1)));
}

function list(collection: string, query: string): Buffer {
  const words = new URLSearchParams(query);
  const limit = words.get('limit');
  return collections.list(collection, {
    limit: limit === null ? undefined : Number(limit),
    from: Number(words.get('continue')),
    label: words.get('labelSelector') ?? undefined,
  });
}

function written(method: string, path: string, body: Buffer): Buffer | undefined {
  if (method === 'PATCH') return collections.patch(path, body);
  return collections.write(path.slice(0, path.lastIndexOf('/')), body, 'MODIFIED');
}

function write(stream: ServerHttp2Stream, method: string, url: string): void {
  const path = url.split('?', 1)[0] ?? url;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    const [first, ...more] = chunks;
    const body = first && more.length === 0 ? first : Buffer.concat(chunks);
    if (method === 'POST') return send(stream, 201, collections.write(path, body, 'ADDED'));
    const bytes = written(method, path, body);
    if (bytes) send(stream, 200, bytes);
    else send(stream, 404, Buffer.from('{"kind":"Status","code":404}'));
  });
}

const server = createSecureServer({
  key: readFileSync(keyFile),
  cert: readFileSync(certFile),
  // As the server under test has them.
  settings: { maxConcurrentStreams: 250, initialWindowSize: 1 << 20 },
});
server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
  stream.on('error', () => undefined); // a client that goes away
  const { ':method': method = 'GET', ':path': path = '/' } = headers;
  if (method === 'GET') read(stream, path);
  else write(stream, method, path);
});
server.listen(Number(port), '127.0.0.1');
