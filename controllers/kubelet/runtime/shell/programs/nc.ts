import type { Duplex } from 'node:stream';
import { errorText, SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { InputStream, OutputStream } from '../../machine/stream-files.ts';
import { dial, findHost, networkOf, resolve, within } from './network.ts';
import { BadUsage, readOptions } from './options.ts';
import { durationMs } from './processes.ts';

/** Programs that talk to ports, through the network that the machine was given. */

export const getent: Program = async (process, [database, ...keys], name) => {
  if (database === 'hosts' || database === 'ahosts' || database === 'ahostsv4') {
    let status = 0;
    for (const key of keys) {
      const { name: found, addresses } = await findHost(process, key);
      if (addresses.length === 0) status = 2;
      for (const address of addresses) await process.print(`${address.padEnd(15)} ${found}\n`);
    }
    return status;
  }
  if (database !== 'passwd' && database !== 'group') throw new BadUsage(`unknown database: ${database ?? ''}`);
  const node = process.view.tryFind(`/etc/${database}`, process)?.node;
  const lines =
    node?.kind === 'file'
      ? node
          .read(0, 64 * 1024)
          .toString('latin1')
          .split('\n')
          .filter(Boolean)
      : [];
  const found =
    keys.length === 0
      ? lines
      : lines.filter((line) => keys.some((key) => [line.split(':')[0], line.split(':')[2]].includes(key)));
  await process.print(found.map((line) => `${line}\n`).join(''));
  return found.length > 0 ? 0 : name === '' ? 1 : 2;
};

/** Carries bytes both ways until both sides are done. */
async function talk(process: Process, connection: Duplex, timeoutMs: number): Promise<void> {
  const incoming = new InputStream(connection).retain();
  const outgoing = new OutputStream(connection).retain();
  const send = async (): Promise<void> => {
    for (;;) {
      const data = await process.read(0);
      if (!data) break;
      await process.writeTo(outgoing, data);
    }
    connection.end();
  };
  const sending = send().catch((error: unknown) => error);
  try {
    for (;;) {
      const data = await within(process, timeoutMs, process.readFrom(incoming));
      if (!data) return;
      await process.write(1, data);
    }
  } finally {
    connection.destroy();
    void sending;
  }
}

async function listen(process: Process, port: number, isRepeated: boolean): Promise<number> {
  const network = networkOf(process);
  if (!network.listen) throw new SystemError('EACCES');
  const waiting: Duplex[] = [];
  let arrived: (() => void) | undefined;
  const cancel = network.listen(port, (connection) => {
    waiting.push(connection);
    arrived?.();
  });
  try {
    do {
      while (waiting.length === 0)
        await process.block(
          new Promise<void>((resolved) => {
            arrived = resolved;
          }),
        );
      const connection = waiting.shift();
      if (connection) await talk(process, connection, Number.POSITIVE_INFINITY);
    } while (isRepeated);
    return 0;
  } finally {
    cancel();
    for (const connection of waiting) connection.destroy();
  }
}

export const nc: Program = async (process, args, name) => {
  const options = readOptions(args, 'lkvnzuw:p:i:e:q:N');
  const timeoutMs = options.has('w') ? durationMs(options.value('w') ?? '') : Number.POSITIVE_INFINITY;
  if (options.has('u')) throw new BadUsage('UDP is not simulated');
  if (options.has('l')) return listen(process, Number(options.value('p') ?? options.rest.at(-1)), options.has('k'));
  const [host, port] = options.rest;
  if (host === undefined || !/^\d+$/.test(port ?? '')) throw new BadUsage('missing host or port');
  const isTold = !options.has('z') || options.has('v');
  const [address] = await resolve(process, host);
  if (address === undefined) {
    if (isTold) await process.complain(`${name}: bad address '${host}'`);
    return 1;
  }
  try {
    const connection = await dial(process, address, Number(port), timeoutMs);
    if (options.has('v')) await process.complain(`${host} (${address}:${port}) open`);
    if (options.has('z')) connection.destroy();
    else await talk(process, connection, timeoutMs);
    return 0;
  } catch (error) {
    if (isTold) await process.complain(`${name}: can't connect to remote host (${address}): ${errorText(error)}`);
    return 1;
  }
};
