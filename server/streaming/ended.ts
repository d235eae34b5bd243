import type { Writable } from 'node:stream';

/** Ends a stream. Resolves when all of it has been handed over, or nobody takes it any more. */
export function ended(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableFinished) {
      resolve();
      return;
    }
    stream.once('finish', resolve);
    stream.once('close', resolve);
    if (!stream.writableEnded) stream.end();
  });
}
