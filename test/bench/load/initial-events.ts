import type { Connection } from './connection.ts';

/** What the bookmark behind the initial events says, and the most that may follow it in that event. */
const MARK = 'k8s.io/initial-events-end';
const TAIL_BYTES = 1024;

/** Starts a watch and reads until its initial events are complete. The watch ends with its connection. */
export async function initialEvents(connection: Connection, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let tail: Buffer = Buffer.alloc(0);
    const onData = (part: Buffer): void => {
      // Only the end is looked at: nothing follows the mark while nobody writes.
      const all = part.length >= TAIL_BYTES ? part : Buffer.concat([tail, part]);
      tail = all.subarray(-TAIL_BYTES);
      if (tail.includes(MARK)) resolve();
    };
    connection.follow(path, onData).catch(reject);
  });
}
