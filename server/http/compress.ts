/** Large answers go compressed to whoever accepts it, as apiserver's deferredResponseWriter does. */
import { Readable } from 'node:stream';
import { constants, createGzip, gzip } from 'node:zlib';
import { LIMITS } from '../kube/limits.ts';
import type { WireResponse } from '../pipeline/encode/encode.ts';
import type { ApiResponse } from '../pipeline/request.ts';

/** Fast, and small enough: upstream's choice too. */
const OPTIONS = { level: constants.Z_BEST_SPEED } as const;

/** Only the bare name counts; qualities mean nothing to upstream. */
const acceptsGzip = (header: string | undefined): boolean =>
  header?.split(',').some((token) => token.trim() === 'gzip') ?? false;

/** Objects and lists that may be large; pages, proxied answers and watches never are compressed. */
export function mayCompress(
  { type }: ApiResponse,
  { body }: WireResponse,
  acceptEncoding: string | undefined,
): boolean {
  if (type !== 'object' && type !== 'value' && type !== 'list') return false;
  if (body.type === 'buffer' && body.buffer.length <= LIMITS.plainAnswerBytes) return false;
  return acceptsGzip(acceptEncoding);
}

function compressedHeaders({
  'content-length': _length,
  ...headers
}: WireResponse['headers']): WireResponse['headers'] {
  return { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
}

/** Zlib works on other threads: the event loop goes on. */
function gzipped(bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gzip(bytes, OPTIONS, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** What has been read already, and the rest. */
async function* continued(first: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  for (;;) {
    const next = await rest.next();
    if (next.done) return;
    yield next.value;
  }
}

/** @returns the same answer when it is too small */
export async function compress(wire: WireResponse): Promise<WireResponse> {
  const { headers, body } = wire;
  if (body.type === 'buffer') {
    return {
      ...wire,
      headers: compressedHeaders(headers),
      body: { type: 'buffer', buffer: await gzipped(body.buffer) },
    };
  }
  if (body.type !== 'chunks') return wire;
  const rest = body.chunks[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let bytes = 0;
  while (bytes <= LIMITS.plainAnswerBytes) {
    const next = await rest.next();
    if (next.done) return { ...wire, body: { type: 'chunks', chunks: continued(first, rest) } };
    first.push(next.value);
    bytes += next.value.length;
  }
  const chunks = Readable.from(continued(first, rest)).pipe(createGzip(OPTIONS)) as AsyncIterable<Buffer>;
  return { ...wire, headers: compressedHeaders(headers), body: { type: 'chunks', chunks } };
}
