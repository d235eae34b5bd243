/** How programs find hosts, by /etc/hosts and the servers of /etc/resolv.conf as the C library does, and dial them. */
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type DnsAnswer,
  type DnsRecord,
  type DnsType,
  reverseName,
} from '../../../../../server/kube/network/cluster-dns.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Network } from '../../machine/network.ts';
import type { Process } from '../../machine/process.ts';

const FILE_BYTES = 64 * 1024;
const SERVERS_MAX = 3;

export interface ResolverSettings {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** @throws SystemError when the machine has none */
export function networkOf(process: Process): Network {
  const { network } = process.machine;
  if (!network) throw new SystemError('EHOSTUNREACH');
  return network;
}

/** The words of each line of a file in /etc, without comments. */
function linesOf(process: Process, path: string): string[][] {
  const node = process.view.tryFind(path, process)?.node;
  const text = node?.kind === 'file' ? node.read(0, FILE_BYTES).toString('latin1') : '';
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/[#;].*/, '')
        .split(/\s+/)
        .filter(Boolean),
    )
    .filter((words) => words.length > 0);
}

/** What /etc/resolv.conf says. */
export function resolverSettings(process: Process): ResolverSettings {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  const options = new Map<string, number>();
  for (const [keyword, ...words] of linesOf(process, '/etc/resolv.conf')) {
    if (keyword === 'nameserver' && words[0] !== undefined) servers.push(words[0]);
    if (keyword === 'search' || keyword === 'domain') searches = words;
    if (keyword !== 'options') continue;
    for (const [name = '', value = ''] of words.map((word) => word.split(':'))) options.set(name, Number(value));
  }
  return {
    servers: servers.length > 0 ? servers.slice(0, SERVERS_MAX) : ['127.0.0.1'],
    searches,
    ndots: options.get('ndots') ?? 1,
    timeoutMs: (options.get('timeout') ?? 5) * 1000,
    attempts: options.get('attempts') ?? 2,
  };
}

/** The names that are tried for one that somebody gave, in their order. */
export function namesToTry(name: string, { searches, ndots }: Pick<ResolverSettings, 'searches' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const inSearches = searches.map((domain) => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...inSearches] : [...inSearches, name];
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

/** Asks the servers one after the other. @throws SystemError `ETIMEDOUT` when none answers */
export async function query(
  process: Process,
  name: string,
  type: DnsType,
  { servers, attempts, timeoutMs }: Pick<ResolverSettings, 'servers' | 'attempts' | 'timeoutMs'>,
): Promise<DnsAnswer> {
  const network = networkOf(process);
  for (let attempt = 1; ; attempt++)
    for (const [index, server] of servers.entries()) {
      try {
        return await within(process, timeoutMs, network.query(server, { name, type }));
      } catch (error) {
        const isLast = attempt >= attempts && index === servers.length - 1;
        if (isLast || !(error instanceof SystemError)) throw error;
      }
    }
}

/** What was found, and under which of the names that were tried. */
export interface LookedUp {
  readonly name: string;
  readonly answer: DnsAnswer;
}

/**
 * Tries a name in the domains that are searched, until there are records of the type.
 *
 * @returns the first answer that has any, else the last that is not NXDOMAIN; undefined when there is no such name
 * @throws SystemError `ETIMEDOUT` when no server answers
 */
export async function lookUp(
  process: Process,
  name: string,
  type: DnsType,
  settings: ResolverSettings,
): Promise<LookedUp | undefined> {
  let empty: LookedUp | undefined;
  for (const tried of namesToTry(name, settings)) {
    const answer = await query(process, tried, type, settings);
    if (answer.records.length > 0) return { name: tried, answer };
    if (answer.status === 'NOERROR') empty ??= { name: tried, answer };
  }
  return empty;
}

/** A host as programs see it. */
export interface Host {
  /** Its full name. */
  readonly name: string;
  /** What /etc/hosts calls it besides. */
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
}

const isOf = (type: DnsType) => (record: DnsRecord) => record.type === type;

/** The lines of /etc/hosts: an address, and its names. */
export function knownHosts(process: Process): string[][] {
  return linesOf(process, '/etc/hosts').filter((words) => words.length > 1);
}

/** The addresses of the interfaces of this machine, by what its kubelet has written into /etc/hosts. */
export function ownAddresses(process: Process): string[] {
  const own = knownHosts(process).filter((words) => words.indexOf(process.machine.hostname) > 0);
  return own.map(([address = '']) => address).filter((address) => !address.startsWith('127.') && address !== '::1');
}

/** The host with an address, or nothing: by /etc/hosts, else by the servers. */
export async function findName(process: Process, address: string): Promise<Host | undefined> {
  const known = knownHosts(process).find(([first]) => first === address);
  if (known) return { name: known[1] ?? address, aliases: known.slice(2), addresses: [address] };
  try {
    const { records } = await query(process, reverseName(address), 'PTR', resolverSettings(process));
    const name = records.find(isOf('PTR'))?.data;
    return name === undefined ? undefined : { name, aliases: [], addresses: [address] };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return undefined;
  }
}

/** A host by name or address; without addresses when there is none, or nobody answers. */
export async function findHost(process: Process, host: string): Promise<Host> {
  const aliases: string[] = [];
  if (isIP(host) !== 0) return { name: host, aliases, addresses: [host] };
  const wanted = host.toLowerCase().replace(/\.$/, '');
  const lines = knownHosts(process).filter((words) => words.slice(1).some((word) => word.toLowerCase() === wanted));
  const known = lines.map(([address = '']) => address);
  const v4 = known.filter((address) => isIP(address) === 4);
  const [first] = lines;
  if (first) return { name: first[1] ?? host, aliases: first.slice(2), addresses: v4.length > 0 ? v4 : known };
  if (wanted === 'localhost') return { name: host, aliases, addresses: ['127.0.0.1'] };
  try {
    const settings = resolverSettings(process);
    const v4Found = await lookUp(process, host, 'A', settings);
    // Who has addresses of both families is found at the older one, as where nothing leads out by the newer.
    const isV6 = v4Found !== undefined && !v4Found.answer.records.some(isOf('A'));
    const found = (isV6 && (await lookUp(process, host, 'AAAA', settings))) || v4Found;
    const records = found?.answer.records ?? [];
    const addresses = records.filter(isOf(isV6 ? 'AAAA' : 'A')).map(({ data }) => data);
    return { name: records.findLast(isOf('CNAME'))?.data ?? found?.name ?? host, aliases, addresses };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { name: host, aliases, addresses: [] };
  }
}

/** The addresses of a host; an address is its own. */
export async function resolve(process: Process, host: string): Promise<readonly string[]> {
  return (await findHost(process, host)).addresses;
}

/** A connection to the first of a host's addresses that takes one. @throws SystemError */
export async function dial(process: Process, host: string, port: number, timeoutMs: number): Promise<Duplex> {
  let failure = new SystemError('EHOSTUNREACH');
  for (const address of await resolve(process, host)) {
    try {
      const connection = await within(process, timeoutMs, networkOf(process).dial(address, port));
      // A connection that breaks is noticed where it is read or written.
      connection.on('error', () => undefined);
      return connection;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      failure = error;
    }
  }
  throw failure;
}
