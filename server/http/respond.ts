import type { Writable } from 'node:stream';
import type { WireResponse } from '../pipeline/encode/encode.ts';
import type { RawResponse } from './exchange.ts';
import type { FrameSink } from './watch-writer.ts';
import { WatchWriter } from './watch-writer.ts';

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
  if (raw.direct && (body.type === 'buffer' || headOnly) && body.type !== 'hang-up') {
    if (body.type === 'chunks') body.abort?.();
    if (!raw.direct.isGone) raw.direct.answer(status, headers, headOnly ? undefined : bufferOf(body));
    return;
  }
  if (raw.direct?.isGone) {
    if (body.type === 'chunks') body.abort?.();
    return;
  }
  const { channel } = raw;
  // Node ends the streams of HEAD over HTTP/2 before anybody has answered.
  if (channel.destroyed || (channel.writableEnded && !headOnly)) return;
  if (body.type === 'hang-up') {
    const { hangUp } = await import('./hang-up.ts');
    await hangUp(raw, body, headOnly);
    return;
  }
  raw.writeHead(status, headers);
  if (headOnly) {
    if (body.type === 'chunks') body.abort?.();
    channel.end();
  } else if (body.type === 'buffer') channel.end(body.buffer);
  else if (body.type === 'chunks') {
    if (body.abort) await passOn(raw, body.chunks, body.abort);
    else await writeChunks(channel, body.chunks);
  } else if (body.type === 'watch') startWatch(raw, body, watches);
  // Whoever tunnels has a socket: there is none to be had here. A session that nobody takes has not begun.
  else if (body.type === 'tunnel') body.response.socket.destroy();
  else channel.end();
}

const bufferOf = (body: WireResponse['body']): Buffer | undefined => (body.type === 'buffer' ? body.buffer : undefined);

/** What another server sends, as long as it sends and there is somebody who listens. */
async function passOn(raw: RawResponse, chunks: AsyncIterable<Buffer>, abort: () => void): Promise<void> {
  const { channel } = raw;
  raw.flush();
  channel.once('close', abort);
  try {
    await writeChunks(channel, chunks);
  } catch {
    // The client must not take for the whole what is only a part.
    channel.destroy();
  }
}

async function writeChunks(channel: Writable, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    if (channel.destroyed) return;
    if (!channel.write(chunk)) await drained(channel);
  }
  channel.end();
}

function drained(channel: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      channel.off('drain', done);
      channel.off('close', done);
      resolve();
    };
    channel.on('drain', done);
    channel.on('close', done);
  });
}

function startWatch(
  raw: RawResponse,
  { response, frames }: Extract<WireResponse['body'], { type: 'watch' }>,
  watches: OpenWatches,
): void {
  raw.flush();
  const writer = new WatchWriter(frames, raw.direct?.sink() ?? sinkOf(raw), response.begin);
  watches.add(writer);
  raw.channel.once('close', () => {
    watches.delete(writer);
    writer.close();
  });
  writer.stop = response.start(writer);
}

function sinkOf(raw: RawResponse): FrameSink {
  const { channel } = raw;
  return {
    write: (frame) => {
      if (!channel.destroyed) channel.write(frame);
    },
    joins: true,
    backlog: () => channel.writableLength,
    drained: () => (channel.writableNeedDrain && !channel.destroyed ? drained(channel) : undefined),
    end: () => {
      if (!channel.destroyed) channel.end();
    },
    abort: () => channel.destroy(),
    breakOff: (scope, part) => void channel.write(part, () => raw.breakOff(scope)),
  };
}
