/** Programs that ask the DNS: `nslookup`, `dig`, `host`. */
import { isIP } from 'node:net';
import {
  type DnsAnswer,
  type DnsRecord,
  type DnsType,
  reverseName,
} from '../../../../../server/kube/network/cluster-dns.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { findHost, type LookedUp, lookUp, query, type ResolverSettings, resolverSettings } from './network.ts';
import { BadUsage } from './options.ts';

/** What CoreDNS gives its records. */
const TTL_SECONDS = 30;

const TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME', 'PTR', 'SRV'] satisfies DnsType[]);

function typeOf(text: string): DnsType | undefined {
  const type = text.toUpperCase();
  return TYPES.has(type) ? (type as DnsType) : undefined;
}

function serviceText({ service, data }: DnsRecord): string {
  return service ? `${service.priority} ${service.weight} ${service.port} ${data}` : data;
}

/** The server that somebody names, by its address or by a name that the usual ones know. */
async function withServer(process: Process, server: string | undefined): Promise<ResolverSettings> {
  const settings = resolverSettings(process);
  if (server === undefined) return settings;
  const [address] = (await findHost(process, server)).addresses;
  if (address === undefined) throw new BadUsage(`bad address '${server}'`);
  return { ...settings, servers: [address] };
}

function nslookupLine(record: DnsRecord): string {
  switch (record.type) {
    case 'CNAME':
      return `${record.name}\tcanonical name = ${record.data}\n`;
    case 'PTR':
      return `${record.name}\tname = ${record.data}\n`;
    case 'SRV':
      return `${record.name}\tservice = ${serviceText(record)}\n`;
    default:
      return `Name:\t${record.name}\nAddress: ${record.data}\n`;
  }
}

/** Its output is that of busybox; like other ones it looks for a name in the domains that are searched. */
export const nslookup: Program = async (process, args) => {
  const words = args.filter((word) => !word.startsWith('-'));
  const [host, server] = words;
  if (host === undefined) throw new BadUsage('missing host');
  const wish = args.map((word) => /^-(?:type|querytype|query|qt|q)=(.+)$/i.exec(word)?.[1]).findLast(Boolean);
  const type = isIP(host) !== 0 ? 'PTR' : typeOf(wish ?? 'A');
  if (!type) throw new BadUsage(`invalid query type "${wish}"`);
  const settings = await withServer(process, server);
  let found: LookedUp | undefined;
  try {
    found = await lookUp(process, type === 'PTR' && isIP(host) !== 0 ? `${reverseName(host)}.` : host, type, settings);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.print(';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
  const [dns = ''] = settings.servers;
  await process.print(`Server:\t\t${dns}\nAddress:\t${dns}:53\n\n`);
  if (!found) {
    await process.print(`** server can't find ${type === 'PTR' ? reverseName(host) : host}: NXDOMAIN\n\n`);
    return 1;
  }
  const { records } = found.answer;
  const text = records.length > 0 ? records.map(nslookupLine).join('') : `*** Can't find ${host}: No answer\n`;
  await process.print(`${text}\n`);
  return 0;
};

interface Digging {
  readonly host: string;
  readonly type: DnsType;
  readonly server: string | undefined;
  readonly flags: ReadonlySet<string>;
}

/** `+short`, `+noall`, `+answer`, `+search`; others change nothing here. */
function diggingOf(args: readonly string[]): Digging {
  const flags = new Set<string>();
  let [host, server, type]: [string | undefined, string | undefined, DnsType | undefined] = [
    undefined,
    undefined,
    undefined,
  ];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word.startsWith('+')) flags.add(word.slice(1));
    else if (word.startsWith('@')) server = word.slice(1);
    else if (word === '-x') {
      host = `${reverseName(args[++i] ?? '')}.`;
      type = 'PTR';
    } else if (word === '-t' || word === '-q') {
      const value = args[++i] ?? '';
      if (word === '-t') type = typeOf(value);
      else host = value;
    } else if (typeOf(word) && host !== undefined) type = typeOf(word);
    else if (!word.startsWith('-') && word.toUpperCase() !== 'IN') host ??= word;
  }
  if (host === undefined) throw new BadUsage('missing host');
  return { host, type: type ?? 'A', server, flags };
}

const dot = (name: string): string => (name.endsWith('.') ? name : `${name}.`);

function digLine(record: DnsRecord): string {
  const isAddress = record.type === 'A' || record.type === 'AAAA';
  const data = isAddress ? record.data : dot(serviceText(record));
  return `${dot(record.name)}\t${TTL_SECONDS}\tIN\t${record.type}\t${data}\n`;
}

function digHeader(name: string, type: DnsType, { status, records, additional }: DnsAnswer): string {
  const counts = `QUERY: 1, ANSWER: ${records.length}, AUTHORITY: 0, ADDITIONAL: ${additional.length}`;
  return (
    `\n; <<>> DiG 9.18.24 <<>> ${name} ${type}\n;; global options: +cmd\n;; Got answer:\n` +
    `;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 1\n;; flags: qr aa rd; ${counts}\n\n` +
    `;; QUESTION SECTION:\n;${dot(name)}\t\tIN\t${type}\n\n`
  );
}

export const dig: Program = async (process, args) => {
  const { host, type, server, flags } = diggingOf(args);
  const settings = await withServer(process, server);
  let name = host.replace(/\.$/, '');
  let answer: DnsAnswer;
  try {
    const found = flags.has('search') ? await lookUp(process, host, type, settings) : undefined;
    name = found?.name ?? name;
    answer = found?.answer ?? (await query(process, name, type, settings));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.print(';; no servers could be reached\n');
    return 9;
  }
  const { records, additional } = answer;
  if (flags.has('short')) {
    const data = (record: DnsRecord): string =>
      record.type === 'A' || record.type === 'AAAA' ? record.data : dot(serviceText(record));
    await process.print(records.map((record) => `${data(record)}\n`).join(''));
    return 0;
  }
  if (flags.has('noall')) {
    if (flags.has('answer')) await process.print(records.map(digLine).join(''));
    return 0;
  }
  let text = digHeader(name, type, answer);
  if (records.length > 0) text += `;; ANSWER SECTION:\n${records.map(digLine).join('')}\n`;
  if (additional.length > 0) text += `;; ADDITIONAL SECTION:\n${additional.map(digLine).join('')}\n`;
  await process.print(`${text};; SERVER: ${settings.servers[0]}#53(${settings.servers[0]}) (UDP)\n\n`);
  return 0;
};

function hostLine(record: DnsRecord): string {
  switch (record.type) {
    case 'CNAME':
      return `${record.name} is an alias for ${dot(record.data)}\n`;
    case 'PTR':
      return `${record.name} domain name pointer ${dot(record.data)}\n`;
    case 'SRV':
      return `${record.name} has SRV record ${dot(serviceText(record))}\n`;
    default:
      return `${record.name} has ${record.type === 'A' ? 'address' : 'IPv6 address'} ${record.data}\n`;
  }
}

export const host: Program = async (process, args) => {
  const at = args.indexOf('-t');
  const words = args.filter((word, i) => !word.startsWith('-') && (at < 0 || i !== at + 1));
  const [wanted, server] = words;
  if (wanted === undefined) throw new BadUsage('missing host');
  const type = isIP(wanted) !== 0 ? 'PTR' : typeOf(at < 0 ? 'A' : (args[at + 1] ?? ''));
  if (!type) throw new BadUsage(`invalid type: ${args[at + 1]}`);
  const settings = await withServer(process, server);
  const name = isIP(wanted) !== 0 ? `${reverseName(wanted)}.` : wanted;
  try {
    const found = await lookUp(process, name, type, settings);
    if (!found) {
      await process.print(`Host ${name.replace(/\.$/, '')} not found: 3(NXDOMAIN)\n`);
      return 1;
    }
    const { records } = found.answer;
    await process.print(records.map(hostLine).join('') || `${found.name} has no ${type} record\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.print(';; connection timed out; no servers could be reached\n');
    return 1;
  }
};
