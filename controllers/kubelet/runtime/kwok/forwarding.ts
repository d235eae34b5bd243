import type { Duplex } from 'node:stream';
import { duplexPair } from '../../../../server/base/duplex-pair.ts';
import type { LiveContainer } from '../container/live-container.ts';
import { errorText } from '../machine/errno.ts';
import type { Program } from '../machine/program.ts';
import type { Forward } from './kwok-pod.ts';

/** How long a connection may take to be there, on the cluster's clock. */
const CONNECT_MS = 30_000;

/** A program that opens a connection for somebody else, in the network of its container. */
function dialer(
  { address, port }: NonNullable<Forward['target']>,
  opened: (connection: Duplex) => void,
  failed: (error: Error) => void,
): Program {
  return async (process) => {
    const { dial } = await process.block(import('../shell/programs/network.ts'));
    try {
      opened(await dial(process, address, port, CONNECT_MS));
      return 0;
    } catch (error) {
      failed(new Error(`failed to dial ${address}:${port}: ${errorText(error)}`));
      return 1;
    }
  };
}

/**
 * A connection as an object of kwok describes it: to a program that runs in a container, or to what the container
 * reaches at an address.
 *
 * @throws Error that says why there is none
 */
export async function forwarded(live: LiveContainer, { command = [], target }: Forward): Promise<Duplex> {
  if (command.length > 0) {
    const [near, far] = duplexPair();
    const process = await live.exec(command, { stdin: far, stdout: far });
    near.once('close', () => process.hangUp());
    void process.exitCode.then(() => far.end());
    return near;
  }
  if (!target) throw new Error('no target or command');
  return new Promise((opened, failed) => {
    void live.tool(['dial'], {}, dialer(target, opened, failed)).catch(failed);
  });
}
