import type { Readable } from 'node:stream';
import type { ApiRequest } from './request.ts';

/** A body for another server. What is small is kept, so that the request may use a connection that is open already. */
export async function passedBody(request: ApiRequest): Promise<Buffer | Readable | undefined> {
  const stream = request.bodyStream?.();
  if (stream) return stream;
  const body = await request.body();
  if ('bytes' in body) return body.bytes.length > 0 ? body.bytes : undefined;
  return body.object === undefined ? undefined : Buffer.from(JSON.stringify(body.object));
}
