import { SystemError } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { dial, resolve } from '../../shell/programs/network.ts';
import { FlagError, readFlags } from '../flags.ts';
import { goError } from '../go-program.ts';

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
  if (flags.protocol === 'udp' || flags.protocol === 'sctp') return fail(`UNKNOWN: ${flags.protocol} is not simulated`);
  if (flags.protocol !== 'tcp' && flags.protocol !== '') return fail(`Unsupported protocol\n${flags.protocol}`);
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(target) ?? [];
  if (port === undefined) {
    const why = target.includes(':') ? 'too many colons in address' : 'missing port in address';
    return fail(`UNKNOWN: address ${target}: ${why}`);
  }
  const host = bracketed ?? plain ?? '';
  if (!/^\d+$/.test(port) || Number(port) > 65_535) return fail(`DNS: lookup tcp/${port}: unknown port`);
  const addresses = host === '' ? ['127.0.0.1'] : await resolve(process, host);
  const [address] = addresses;
  if (address === undefined) return fail(`DNS: lookup ${host}: no such host`);
  try {
    const connection = await dial(process, address, Number(port), flags.timeout || Number.POSITIVE_INFINITY);
    connection.destroy();
    return 0;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === 'ETIMEDOUT') return fail('TIMEOUT');
    if (error.code === 'ECONNREFUSED') return fail('REFUSED');
    return fail(`OTHER: dial tcp ${address}:${port}: connect: ${goError(error.message)}`);
  }
};
