/** What `nc -u` does once it has a socket. */
import type { PeerAddress } from '../../../../../server/kube/node-connector.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { Datagrams } from './datagrams.ts';

/** What it reads at once, and sends in one datagram. */
const CHUNK_BYTES = 16 * 1024;

interface Talk {
  readonly peer: PeerAddress;
  /** How long it waits for something. */
  readonly timeoutMs: number;
  /** How long it goes on once its input has ended. */
  readonly quitMs: number;
  /** How many datagrams it takes; undefined for any number. */
  readonly packets: number | undefined;
}

/** Sends what it reads and writes what it gets, until nothing has come for too long. @throws SystemError */
export async function talkInDatagrams(
  process: Process,
  socket: Datagrams,
  { peer, timeoutMs, quitMs, packets = Number.POSITIVE_INFINITY }: Talk,
): Promise<void> {
  void process.thread(async () => {
    try {
      for (;;) {
        const data = await process.read(0, CHUNK_BYTES);
        if (!data) break;
        await socket.send(data, peer);
      }
    } catch (error) {
      // Without input there is nothing to send.
      if (!(error instanceof SystemError)) throw error;
    }
    if (quitMs === Number.POSITIVE_INFINITY) return;
    await process.sleep(quitMs);
    process.end(0);
  });
  try {
    for (let taken = 0; taken < packets; taken++) {
      const { data } = await socket.receiveFrom(peer, timeoutMs);
      await process.write(1, data);
    }
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'ETIMEDOUT') throw error;
  }
}

/** Takes the first that comes as whom it talks with, or writes what anybody sends. */
export async function listenForDatagrams(
  process: Process,
  port: number,
  { timeoutMs, isRepeated }: { readonly timeoutMs: number; readonly isRepeated: boolean },
): Promise<number> {
  const socket = new Datagrams(process, port);
  try {
    let first = await socket.receiveAny();
    await process.write(1, first.data);
    while (isRepeated) {
      first = await socket.receiveAny();
      await process.write(1, first.data);
    }
    await talkInDatagrams(process, socket, {
      peer: first.from,
      timeoutMs,
      quitMs: Number.POSITIVE_INFINITY,
      packets: undefined,
    });
    return 0;
  } finally {
    socket.close();
  }
}
