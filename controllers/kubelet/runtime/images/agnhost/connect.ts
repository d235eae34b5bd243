import type { PeerAddress } from '../../../../../server/kube/node-connector.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { Datagrams } from '../../shell/programs/datagrams.ts';
import { dial, resolve } from '../../shell/programs/network.ts';
import { FlagError, readFlags } from '../flags.ts';
import { goError } from '../go-program.ts';
import { hostAndPort } from '../http-server.ts';

/** Tries to open a connection, and says in one word why it cannot. */
export const connect: Program = async (process, args) => {
  const spec = { timeout: { ms: 0 }, protocol: 'tcp', 'udp-data': 'hostname', 'sctp-data': 'hostname' } as const;
  const { flags, rest } = readFlags(args, spec);
  const [target, ...more] = rest;
  if (target === undefined || more.length > 0) throw new FlagError(`accepts 1 arg(s), received ${rest.length}`);
  const fail = async (text: string): Promise<number> => {
    await process.complain(text);
    return 1;
  };
  if (flags.protocol === 'sctp') return fail('UNKNOWN: sctp is not simulated');
  if (!['tcp', 'udp', ''].includes(flags.protocol)) return fail(`Unsupported protocol\n${flags.protocol}`);
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(target) ?? [];
  if (port === undefined) {
    const why = target.includes(':') ? 'too many colons in address' : 'missing port in address';
    return fail(`UNKNOWN: address ${target}: ${why}`);
  }
  const host = bracketed ?? plain ?? '';
  const network = flags.protocol || 'tcp';
  if (!/^\d+$/.test(port) || Number(port) > 65_535) return fail(`DNS: lookup ${network}/${port}: unknown port`);
  const addresses = host === '' ? ['127.0.0.1'] : await resolve(process, host);
  const [address] = addresses;
  if (address === undefined) return fail(`DNS: lookup ${host}: no such host`);
  const timeoutMs = flags.timeout || Number.POSITIVE_INFINITY;
  if (network === 'udp') {
    const why = await askByDatagram(process, { address, port: Number(port) }, flags['udp-data'], timeoutMs);
    return why === undefined ? 0 : fail(why);
  }
  try {
    const connection = await dial(process, address, Number(port), timeoutMs);
    connection.destroy();
    return 0;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === 'ETIMEDOUT') return fail('TIMEOUT');
    if (error.code === 'ECONNREFUSED') return fail('REFUSED');
    return fail(`OTHER: dial tcp ${address}:${port}: connect: ${goError(error.message)}`);
  }
};

/** By UDP only an answer shows that somebody is there. @returns what is wrong */
async function askByDatagram(
  process: Process,
  to: PeerAddress,
  text: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const socket = new Datagrams(process);
  const between = `read udp 0.0.0.0:${socket.port}->${hostAndPort(to)}`;
  try {
    await socket.send(Buffer.from(`${text}\n`, 'latin1'), to);
    const { data } = await socket.receiveFrom(to, timeoutMs);
    if (data.length > 0) return undefined;
    return 'OTHER: No data received from the server. Cannot guarantee the server received the request.';
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === 'ETIMEDOUT') return `TIMEOUT: ${between}: i/o timeout`;
    const kind = error.code === 'ECONNREFUSED' ? 'REFUSED' : 'UNKNOWN';
    return `${kind}: ${between}: recvfrom: ${goError(error.message)}`;
  } finally {
    socket.close();
  }
}
