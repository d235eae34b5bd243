import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorText, SystemError } from '../../machine/errno.ts';
import type { Network } from '../../machine/network.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { InputStream, OutputStream } from '../../machine/stream-files.ts';
import { BadUsage, readOptions } from './options.ts';
import { durationMs } from './processes.ts';

/** Programs that look up names and talk to ports, through the network that the machine was given. */

/** @throws SystemError when the machine has none */
export function networkOf(process: Process): Network {
  const { network } = process.machine;
  if (!network) throw new SystemError('EHOSTUNREACH');
  return network;
}

/** The addresses of a host; an address is its own. */
export async function resolve(process: Process, host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost') return ['127.0.0.1'];
  return process.block(networkOf(process).resolve(host));
}

/** Waits no longer than it may. @throws SystemError `ETIMEDOUT` */
export async function within<T>(process: Process, timeoutMs: number, work: Promise<T>): Promise<T> {
  if (timeoutMs === Number.POSITIVE_INFINITY) return process.block(work);
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = process.machine.clock.schedule(timeoutMs, () => reject(new SystemError('ETIMEDOUT')));
  });
  try {
    return await process.block(Promise.race([work, late]));
  } finally {
    cancel?.();
  }
}

/** A connection that a process has. @throws SystemError */
export async function dial(process: Process, host: string, port: number, timeoutMs: number): Promise<Duplex> {
  const connection = await within(process, timeoutMs, networkOf(process).dial(host, port));
  // A connection that breaks is noticed where it is read or written.
  connection.on('error', () => undefined);
  return connection;
}

export const nslookup: Program = async (process, args) => {
  const words = args.filter((word) => !word.startsWith('-'));
  const [host, server] = words;
  if (host === undefined) throw new BadUsage('missing host');
  const dns = server ?? nameServer(process);
  await process.print(`Server:\t\t${dns}\nAddress:\t${dns}:53\n\n`);
  const addresses = await resolve(process, host);
  if (addresses.length === 0) {
    await process.print(`** server can't find ${host}: NXDOMAIN\n\n`);
    return 1;
  }
  for (const address of addresses) await process.print(`Name:\t${host}\nAddress: ${address}\n`);
  await process.print('\n');
  return 0;
};

function nameServer(process: Process): string {
  const node = process.view.tryFind('/etc/resolv.conf', process)?.node;
  const text = node?.kind === 'file' ? node.read(0, 4096).toString('latin1') : '';
  return /^nameserver\s+(\S+)/m.exec(text)?.[1] ?? '127.0.0.1';
}

export const getent: Program = async (process, [database, ...keys], name) => {
  if (database === 'hosts' || database === 'ahosts' || database === 'ahostsv4') {
    let status = 0;
    for (const key of keys) {
      const addresses = await resolve(process, key);
      if (addresses.length === 0) status = 2;
      for (const address of addresses) await process.print(`${address.padEnd(15)} ${key}\n`);
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
  try {
    if ((await resolve(process, host)).length === 0) throw new BadUsage(`bad address '${host}'`);
    const connection = await dial(process, host, Number(port), timeoutMs);
    if (options.has('v')) await process.complain(`${host} (${host}:${port}) open`);
    if (options.has('z')) connection.destroy();
    else await talk(process, connection, timeoutMs);
    return 0;
  } catch (error) {
    const text = errorText(error);
    const isAddress = error instanceof BadUsage;
    if (!options.has('z') || options.has('v'))
      await process.complain(`${name}: ${isAddress ? text : `can't connect to remote host (${host}): ${text}`}`);
    return 1;
  }
};
