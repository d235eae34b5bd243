import type { WebSocket } from 'ws';
import type { WireResponse } from '../pipeline/encode/encode.ts';

/** What a client may call the messages of a stream, and whether they are bytes as they are: else base64. */
const PROTOCOLS: ReadonlyMap<string, boolean> = new Map([
  ['', true],
  ['binary.k8s.io', true],
  ['base64.binary.k8s.io', false],
]);

/** The first of the protocols of a client that streams are sent in; undefined when it wants others only. */
export function streamProtocol(header: string | undefined): string | undefined {
  const wanted = header === undefined ? [''] : header.split(',').map((name) => name.trim());
  return wanted.find((name) => PROTOCOLS.has(name));
}

/**
 * Sends a stream as messages, an empty one first (wsstream.Reader, with a ping), and closes when it is over or nobody
 * listens any more.
 */
export async function sendStream(
  socket: WebSocket,
  { chunks, abort }: Extract<WireResponse['body'], { type: 'chunks' }>,
): Promise<void> {
  const isBinary = PROTOCOLS.get(socket.protocol) ?? true;
  const send = (chunk: Buffer): Promise<void> =>
    new Promise((resolve, reject) =>
      socket.send(isBinary ? chunk : chunk.toString('base64'), { binary: isBinary }, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  socket.on('error', () => socket.terminate());
  socket.on('close', () => abort?.());
  try {
    await send(Buffer.alloc(0));
    for await (const chunk of chunks) {
      if (socket.readyState !== socket.OPEN) return;
      await send(chunk);
    }
    socket.close(1000);
  } catch {
    // The client has gone, or whatever the stream comes from has: it must not be taken for the whole.
    socket.terminate();
  }
}
