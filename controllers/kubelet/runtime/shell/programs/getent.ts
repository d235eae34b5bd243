import { isIP } from 'node:net';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { findHost, findName, type Host, knownHosts } from './network.ts';
import { BadUsage } from './options.ts';

const NOT_FOUND = 2;
const FILE_BYTES = 64 * 1024;

const hostLine = (address: string, { name, aliases }: Omit<Host, 'addresses'>): string =>
  `${address.padEnd(15)} ${[name, ...aliases].join(' ')}\n`;

/** Hosts by name or by address; without keys those of /etc/hosts. */
async function hosts(process: Process, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) {
    const lines = knownHosts(process).map(([address = '', name = '', ...aliases]) =>
      hostLine(address, { name, aliases }),
    );
    await process.print(lines.join(''));
    return 0;
  }
  let status = 0;
  for (const key of keys) {
    const found = isIP(key) === 0 ? await findHost(process, key) : await findName(process, key);
    if (!found || found.addresses.length === 0) status = NOT_FOUND;
    else await process.print(found.addresses.map((address) => hostLine(address, found)).join(''));
  }
  return status;
}

/** What getaddrinfo() says: each address for each kind of socket, with the name at the first one. */
async function addresses(process: Process, keys: readonly string[]): Promise<number> {
  let status = 0;
  for (const key of keys) {
    const { name, addresses: found } = await findHost(process, key);
    if (found.length === 0) status = NOT_FOUND;
    for (const [index, address] of found.entries()) {
      const at = address.padEnd(15);
      await process.print(`${at} STREAM ${index === 0 ? name : ''}\n${at} DGRAM  \n${at} RAW    \n`);
    }
  }
  return status;
}

/** Asks the databases of the C library, as glibc prints them: hosts, users, groups. */
export const getent: Program = async (process, [database, ...keys]) => {
  if (database === 'hosts') return hosts(process, keys);
  if (database === 'ahosts' || database === 'ahostsv4') return addresses(process, keys);
  if (database !== 'passwd' && database !== 'group') throw new BadUsage(`unknown database: ${database ?? ''}`);
  const node = process.view.tryFind(`/etc/${database}`, process)?.node;
  const text = node?.kind === 'file' ? node.read(0, FILE_BYTES).toString('latin1') : '';
  const lines = text.split('\n').filter(Boolean);
  const found =
    keys.length === 0
      ? lines
      : lines.filter((line) => keys.some((key) => [line.split(':')[0], line.split(':')[2]].includes(key)));
  await process.print(found.map((line) => `${line}\n`).join(''));
  return found.length > 0 ? 0 : NOT_FOUND;
};
