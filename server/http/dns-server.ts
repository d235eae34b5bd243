/** The cluster's DNS for whoever shares the machine with it: UDP and TCP at one port, RFC 1035. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import packet from 'dns-packet';
import { LIMITS } from '../kube/limits.ts';
import {
  CLUSTER_DOMAIN,
  type ClusterDns,
  type DnsAnswer,
  type DnsRecord,
  type DnsType,
} from '../kube/network/cluster-dns.ts';

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** What CoreDNS gives its records in kubeadm's configuration. */
const TTL_SECONDS = 30;

/** What everybody takes in one datagram; larger answers are asked for again over TCP, unless the client takes more. */
const DATAGRAM_BYTES = 512;

const RCODES = { NOERROR: 0, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
const KNOWN_TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME', 'PTR', 'SRV'] satisfies DnsType[]);
/** The bits of the flags that are not zero in what is no plain query. */
const OPCODE = 0x7800;
const PORT_ATTEMPTS = 8;

function wireRecord({ name, type, data, service }: DnsRecord): packet.Answer {
  const common = { name, ttl: TTL_SECONDS, class: 'IN' } as const;
  return type === 'SRV'
    ? { ...common, type, data: { ...service, port: service?.port ?? 0, target: data } }
    : { ...common, type, data };
}

/** Other types exist nowhere; names may. */
function answerOf(dns: ClusterDns, { name, type }: packet.Question): DnsAnswer {
  if (KNOWN_TYPES.has(type)) return dns.answer({ name, type: type as DnsType });
  return { status: dns.answer({ name, type: 'A' }).status, records: [], additional: [] };
}

/** Clients that know other servers go on to those when they are refused. */
function rcodeOf({ name }: packet.Question, { status }: DnsAnswer): number {
  const isOurs = `.${name.toLowerCase().replace(/\.$/, '')}`.endsWith(`.${CLUSTER_DOMAIN}`);
  return status === 'NXDOMAIN' && !isOurs ? RCODES.REFUSED : RCODES[status];
}

/** @returns undefined for what nobody should answer: nonsense, and answers */
function decoded(message: Buffer): packet.DecodedPacket | undefined {
  try {
    const query = packet.decode(message);
    return query.type === 'query' ? query : undefined;
  } catch {
    return undefined;
  }
}

interface Reply {
  readonly bytes: Buffer;
  /** The same without records, for those who have to ask again over TCP. */
  readonly truncated: () => Buffer;
  readonly bytesMax: number;
}

function replyTo(message: Buffer, dns: ClusterDns): Reply | undefined {
  const query = decoded(message);
  if (!query) return undefined;
  const { id = 0, questions = [], additionals = [], flags = 0 } = query;
  const [question] = questions;
  const head = { id, type: 'response', questions } as const;
  const recursion = flags & packet.RECURSION_DESIRED;
  const isPlain = question?.class === 'IN' && questions.length === 1 && (flags & OPCODE) === 0;
  const answer = isPlain ? answerOf(dns, question) : undefined;
  const code = answer && question ? rcodeOf(question, answer) : RCODES.NOTIMP;
  const base = { ...head, flags: recursion | packet.AUTHORITATIVE_ANSWER | code };
  const opt = additionals.find((record) => record.type === 'OPT');
  const udpPayloadSize = opt && 'udpPayloadSize' in opt ? Number(opt.udpPayloadSize) : 0;
  return {
    bytes: packet.encode({
      ...base,
      answers: (answer?.records ?? []).map(wireRecord),
      additionals: (answer?.additional ?? []).map(wireRecord),
    }),
    truncated: () => packet.encode({ ...base, flags: base.flags | packet.TRUNCATED_RESPONSE }),
    bytesMax: Math.max(DATAGRAM_BYTES, udpPayloadSize),
  };
}

function serveDatagrams(socket: DatagramSocket, dns: ClusterDns): void {
  // Whoever asked may be gone.
  socket.on('error', () => undefined);
  socket.on('message', (message, { address, port }) => {
    const reply = replyTo(message, dns);
    if (reply) socket.send(reply.bytes.length > reply.bytesMax ? reply.truncated() : reply.bytes, port, address);
  });
}

/** Messages with their length before them, as many as the client likes. */
function serveStream(socket: Socket, dns: ClusterDns): void {
  let rest = Buffer.alloc(0);
  socket.setTimeout(LIMITS.dnsIdleMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      const reply = replyTo(rest.subarray(2, end), dns);
      rest = rest.subarray(end);
      if (!reply || reply.bytes.length > 0xffff) return void socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.bytes.length);
      socket.write(Buffer.concat([length, reply.bytes]));
    }
    return undefined;
  });
}

function listenTcp(host: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  const server = createServer(accept);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function listenUdp(host: string, port: number): Promise<DatagramSocket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

/** @throws Error when the port is in use */
export async function startDnsServer(options: { host: string; port: number; dns: ClusterDns }): Promise<DnsServer> {
  const { host, dns } = options;
  for (let attempt = 1; ; attempt++) {
    const sockets = new Set<Socket>();
    const server = await listenTcp(host, options.port, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      serveStream(socket, dns);
    });
    const { port } = server.address() as AddressInfo;
    const closeTcp = async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    };
    try {
      const datagrams = await listenUdp(host, port);
      serveDatagrams(datagrams, dns);
      const closeUdp = (): Promise<void> => new Promise((resolve) => datagrams.close(() => resolve()));
      return { port, close: async () => void (await Promise.all([closeTcp(), closeUdp()])) };
    } catch (error) {
      await closeTcp();
      // A port that was free for the one may be somebody else's for the other.
      if (options.port !== 0 || attempt >= PORT_ATTEMPTS) throw error;
    }
  }
}
