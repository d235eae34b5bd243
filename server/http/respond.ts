import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { WireResponse } from '../pipeline/encode/encode.ts';
import type { FrameSink } from './watch-writer.ts';
import { WatchWriter } from './watch-writer.ts';

export type RawResponse = ServerResponse | Http2ServerResponse;

/** Watches that run, so that stopping the server can end them. */
export type OpenWatches = Set<WatchWriter>;

/** Writes an answer to its socket. Resolves when everything is handed over, or the client has gone. */
export async function respond(
  raw: RawResponse,
  wire: WireResponse,
  watches: OpenWatches,
  headOnly: boolean,
): Promise<void> {
  const { status, headers, body } = wire;
  if (raw.destroyed || raw.writableEnded) return;
  writeHead(raw, status, headers);
  if (headOnly) {
    raw.end();
    return;
  }
  if (body.type === 'buffer') raw.end(body.buffer);
  else if (body.type === 'chunks') await writeChunks(raw, body.chunks);
  else startWatch(raw, body, watches);
}

/** Both kinds of response take these; their types only differ in what else they take. */
function writeHead(raw: RawResponse, status: number, headers: Record<string, string | string[]>): void {
  (raw as ServerResponse).writeHead(status, headers);
}

async function writeChunks(raw: RawResponse, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    if (raw.destroyed) return;
    if (!(raw as ServerResponse).write(chunk)) await drained(raw);
  }
  raw.end();
}

function drained(raw: RawResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.on('drain', done);
    raw.on('close', done);
  });
}

function startWatch(
  raw: RawResponse,
  { response, frames }: Extract<WireResponse['body'], { type: 'watch' }>,
  watches: OpenWatches,
): void {
  // The client waits for the head before it sends anything that could cause an event.
  if ('flushHeaders' in raw) raw.flushHeaders();
  const writer = new WatchWriter(frames, sinkOf(raw));
  watches.add(writer);
  raw.once('close', () => {
    watches.delete(writer);
    writer.close();
  });
  writer.stop = response.start(writer);
}

function sinkOf(raw: RawResponse): FrameSink {
  const target = 'stream' in raw ? raw.stream : (raw as ServerResponse);
  return {
    write: (frame) => {
      if (!target.destroyed) target.write(frame);
    },
    backlog: () => target.writableLength,
    end: () => {
      if (!target.destroyed) target.end();
    },
    abort: () => target.destroy(),
  };
}
