import type { Program } from '../../machine/program.ts';
import { findHost } from './network.ts';
import { BadUsage } from './options.ts';

/** Asks the databases of the C library: hosts, users, groups. */
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
