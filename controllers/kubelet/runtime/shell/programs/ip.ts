import { can } from '../../machine/privileges.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { resolve } from './network.ts';
import { BadUsage } from './options.ts';

/** `ip`, as busybox has it: shows the two links of a pod. The network of pods cannot be changed from inside. */

interface Link {
  readonly name: string;
  readonly title: string;
  readonly hardware: string;
  readonly addresses: readonly string[];
}

/** What network plugins that route every pod by itself give as the next hop. */
const GATEWAY = '169.254.1.1';

/** Made from the address, as many network plugins do. */
function hardwareAddress(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['0a', '58', ...bytes].join(':');
}

async function linksOf(process: Process): Promise<readonly Link[]> {
  const found = process.machine.network ? await resolve(process, process.machine.hostname) : [];
  const [address] = found.filter((candidate) => candidate.includes('.') && !candidate.startsWith('127.'));
  const lo: Link = {
    name: 'lo',
    title: '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000',
    hardware: 'link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
    addresses: ['inet 127.0.0.1/8 scope host lo', 'inet6 ::1/128 scope host '],
  };
  if (address === undefined) return [lo];
  const eth0: Link = {
    name: 'eth0',
    title: '2: eth0@if2: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue ',
    hardware: `link/ether ${hardwareAddress(address)} brd ff:ff:ff:ff:ff:ff`,
    addresses: [`inet ${address}/32 scope global eth0`],
  };
  return [lo, eth0];
}

async function show(process: Process, words: readonly string[], withAddresses: boolean): Promise<number> {
  const rest = words.filter((word) => word !== 'dev' && word !== 'show' && word !== 'list');
  const [wanted] = rest;
  const links = await linksOf(process);
  const shown = links.filter(({ name }) => wanted === undefined || name === wanted);
  if (shown.length === 0) throw new BadUsage(`can't find device '${wanted}'`);
  for (const { title, hardware, addresses } of shown) {
    const lines = withAddresses
      ? addresses.map((line) => `    ${line}\n       valid_lft forever preferred_lft forever\n`)
      : [];
    await process.print(`${title}\n    ${hardware}\n${lines.join('')}`);
  }
  return 0;
}

async function routes(process: Process): Promise<number> {
  const hasNetwork = (await linksOf(process)).length > 1;
  if (hasNetwork) await process.print(`default via ${GATEWAY} dev eth0 \n${GATEWAY} dev eth0 scope link \n`);
  return 0;
}

/** What changes something takes more than a container has; and where it may, there is nothing to change. */
function refuse(process: Process, words: readonly string[]): never {
  if (!can(process, 'NET_ADMIN')) {
    const call = words[0] === 'set' ? 'SIOCSIFFLAGS' : 'RTNETLINK answers';
    throw new BadUsage(`${call}: Operation not permitted`);
  }
  throw new BadUsage('changing the network of a pod is not simulated');
}

export const ip: Program = async (process, args) => {
  const words = args.filter((word) => !/^-(?:4|6|o|f|s|d|oneline|family|inet6?)$/.test(word));
  const [object = '', ...rest] = words;
  const isShown = rest.length === 0 || /^(?:s|show|l|list|lst)$/.test(rest[0] ?? '');
  if (object !== '' && 'address'.startsWith(object)) return isShown ? show(process, rest, true) : refuse(process, rest);
  if (object !== '' && 'link'.startsWith(object)) return isShown ? show(process, rest, false) : refuse(process, rest);
  if (object !== '' && 'route'.startsWith(object)) return isShown ? routes(process) : refuse(process, rest);
  throw new BadUsage(object === '' ? 'no object given' : `object '${object}' is not simulated`);
};
