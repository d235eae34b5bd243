/** Who a machine is: `hostname` with the options of busybox and of Debian, and `dnsdomainname`. */
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { findHost, findName, type Host, ownAddresses } from './network.ts';
import { BadUsage, readOptions } from './options.ts';

const LONG = {
  alias: 'a',
  'all-fqdns': 'A',
  'all-ip-addresses': 'I',
  domain: 'd',
  fqdn: 'f',
  'ip-address': 'i',
  long: 'f',
  short: 's',
};

/** What /etc/hosts and the DNS say of its name. @throws BadUsage when they know nothing */
async function ownHost(process: Process): Promise<Host> {
  const { hostname: name } = process.machine;
  const host = await findHost(process, name);
  if (host.addresses.length === 0) throw new BadUsage(`${name}: Unknown host`);
  return host;
}

const domainOf = (name: string): string => /\.(.*)/.exec(name)?.[1] ?? '';

/** Nothing is said of an empty domain, not even an empty line. */
async function printDomain(process: Process): Promise<number> {
  const domain = domainOf((await ownHost(process)).name);
  if (domain !== '') await process.print(`${domain}\n`);
  return 0;
}

/** Of several options the first of these counts, as in busybox: -f, -d, -i; then those that only Debian has. */
export const hostname: Program = async (process, args) => {
  const options = readOptions(args, 'fdisaAI', LONG);
  const { hostname: name } = process.machine;
  const print = async (text: string): Promise<number> => {
    await process.print(`${text}\n`);
    return 0;
  };
  if (options.has('f')) return print((await ownHost(process)).name);
  if (options.has('d')) return printDomain(process);
  if (options.has('i')) return print((await ownHost(process)).addresses.join(' '));
  if (options.has('a')) return print((await ownHost(process)).aliases.join(' '));
  // Those of interfaces, each with a space behind it, as Debian prints them.
  if (options.has('I'))
    return print(
      ownAddresses(process)
        .map((address) => `${address} `)
        .join(''),
    );
  if (options.has('A')) {
    const found = await Promise.all(ownAddresses(process).map((address) => findName(process, address)));
    return print(found.map((host) => (host ? `${host.name} ` : '')).join(''));
  }
  if (options.has('s')) return print(name.split('.')[0] ?? '');
  // No container may give its machine another name.
  if (options.rest.length > 0) throw new BadUsage(`sethostname: ${new SystemError('EPERM').message}`);
  return print(name);
};

export const dnsdomainname: Program = (process) => printDomain(process);
