import type { Duplex } from 'node:stream';
import { errorText, SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { InputStream, OutputStream } from '../../machine/stream-files.ts';
import { Datagrams } from './datagrams.ts';
import { listenForDatagrams, talkInDatagrams } from './nc-datagrams.ts';
import { dial, networkOf, resolve, within } from './network.ts';
import { BadUsage, type Options, readOptions } from './options.ts';
import { durationMs } from './processes.ts';

/** Talks to ports, by TCP or UDP, through the network that the machine was given. */

/** Carries bytes both ways until both sides are done, or nothing has come for too long. */
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
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'ETIMEDOUT') throw error;
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
  const options = readOptions(args, 'lkvnzutw:p:i:e:q:NW:46');
  const timeoutMs = options.has('w') ? durationMs(options.value('w') ?? '') : Number.POSITIVE_INFINITY;
  if (options.has('l')) {
    const port = portOf(options.value('p') ?? options.rest.at(-1));
    return options.has('u')
      ? listenForDatagrams(process, port, { timeoutMs, isRepeated: options.has('k') })
      : listen(process, port, options.has('k'));
  }
  const [host, port] = options.rest;
  if (host === undefined || port === undefined) throw new BadUsage('missing host or port');
  const isTold = !options.has('z') || options.has('v');
  const [address] = await resolve(process, host);
  if (address === undefined) {
    if (isTold) await process.complain(`${name}: bad address '${host}'`);
    return 1;
  }
  const target = { host, address, port: portOf(port), timeoutMs };
  try {
    return await (options.has('u') ? askByDatagrams : askByStream)(process, options, target);
  } catch (error) {
    if (isTold) await process.complain(`${name}: can't connect to remote host (${address}): ${errorText(error)}`);
    return 1;
  }
};

interface Target {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
}

function portOf(text = ''): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new BadUsage(`bad port '${text}'`);
  return port;
}

const tellOpen = (process: Process, { host, address, port }: Target): Promise<void> =>
  process.complain(`${host} (${address}:${port}) open`);

async function askByStream(process: Process, options: Options, target: Target): Promise<number> {
  const connection = await dial(process, target.address, target.port, target.timeoutMs);
  if (options.has('v')) await tellOpen(process, target);
  if (options.has('z')) connection.destroy();
  else await talk(process, connection, target.timeoutMs);
  return 0;
}

async function askByDatagrams(process: Process, options: Options, target: Target): Promise<number> {
  const socket = new Datagrams(process, options.has('p') ? portOf(options.value('p')) : 0);
  try {
    // Somebody has to be sent something before it is known whether nobody is there.
    if (options.has('z')) {
      await socket.send(Buffer.from('X'), target);
      socket.check();
    }
    if (options.has('v')) await tellOpen(process, target);
    if (options.has('z')) return 0;
    const { timeoutMs } = target;
    const quitMs = options.has('q') ? durationMs(options.value('q') ?? '') : Number.POSITIVE_INFINITY;
    await talkInDatagrams(process, socket, { peer: target, timeoutMs, quitMs, packets: options.number('W') });
    return 0;
  } catch (error) {
    // Whoever sees no difference between silence and a refusal is only told when it wants to be.
    if (!options.has('z') && !options.has('v') && error instanceof SystemError) return 0;
    throw error;
  } finally {
    socket.close();
  }
}
