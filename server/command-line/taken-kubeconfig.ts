/** Tells when a start takes over the kubeconfig of a server that still runs: commands ask the new one from then on. */
import { readFileSync } from 'node:fs';
import { type AdminConnection, exchange, readConnection } from './admin-connection.ts';

/** It is on this machine, or was. */
const TIMEOUT_MS = 1000;

/** What a file says that is about to be written; undefined when there is none. */
export function contentBefore(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Asks the server of the file as it was, and tells if it still runs. For when the start is over: nobody waits for it.
 *
 * @param content what the file said before
 * @param ownUrl where the server that has written it listens
 */
export async function tellTakeover(file: string, content: string, ownUrl: string): Promise<void> {
  let connection: AdminConnection;
  try {
    connection = readConnection(file, content);
    if (connection.server === ownUrl) return;
    // Only the server that the file was of has a certificate for it.
    await exchange(connection, 'GET', '/readyz', { timeoutMs: TIMEOUT_MS });
  } catch {
    return;
  }
  process.stderr.write(
    `fauxkube: ${file} was that of a server that still runs, on port ${new URL(connection.server).port}; it is that ` +
      `of this one now: use --kubeconfig for one of its own\n`,
  );
}
