import { SystemError } from '../machine/errno.ts';
import type { Accepted } from '../machine/network.ts';
import type { Process } from '../machine/process.ts';
import { networkOf } from '../shell/programs/network.ts';

/**
 * Accepts connections to a port for as long as a process lives. With the process end its connections.
 *
 * @throws SystemError when the port is taken
 */
export function listenFor(process: Process, port: number, accept: (connection: Accepted) => void): void {
  const network = networkOf(process);
  if (!network.listen) throw new SystemError('EACCES');
  const open = new Set<Accepted>();
  const cancel = network.listen(port, (connection) => {
    open.add(connection);
    connection.on('error', () => undefined).once('close', () => open.delete(connection));
    accept(connection);
  });
  void process.ended.wait().then(() => {
    cancel();
    for (const connection of open) connection.destroy();
  });
}
