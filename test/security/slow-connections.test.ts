import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { duplexPair } from '../../server/base/duplex-pair.ts';
import { seededRandom, systemRandom } from '../../server/base/random.ts';
import { CONNECTION_TIMES, type ConnectionTimes } from '../../server/http/connection-times.ts';
import { type HttpServer, openHttpServer, type ServingOptions, startHttpServer } from '../../server/http/server.ts';
import { AuditIds } from '../../server/pipeline/audit/audit-ids.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const pki = createPki({ clock: systemClock(), random: systemRandom() });
const tls = { ...pki.serving, clientCa: pki.ca.cert };
/** Times of Node's, which nobody can pass a clock: long enough for a handshake on a busy machine. */
const QUICK: ConnectionTimes = { clock: systemClock(), headMs: 400, idleMs: 400, lookMs: 10 };

const serving = (times: ConnectionTimes): Omit<ServingOptions, 'tls'> => ({
  answer: async (request) => {
    const body = await request.body();
    const length = 'bytes' in body ? body.bytes.length : 0;
    return { type: 'bytes', status: 200, mediaType: 'text/plain', body: `${length} bytes` };
  },
  now: () => 0,
  auditIds: new AuditIds(seededRandom(1)),
  onFault: (error) => expect(error).toBeUndefined(),
  times,
});
const listening = (times: ConnectionTimes, isSecure: boolean): Promise<HttpServer> =>
  startHttpServer({ host: '127.0.0.1', port: 0, ...serving(times), ...(isSecure && { tls }) });

const closing = (socket: Duplex): Promise<true> => new Promise((resolve) => socket.once('close', () => resolve(true)));

/** All that the server says until it ends the connection. */
async function wordsOf(socket: Duplex): Promise<string> {
  let text = '';
  socket.on('error', () => undefined); // a connection that breaks is what is wanted
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
  });
  await closing(socket);
  return text;
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\r\n`).join('');
const GET = lines('GET / HTTP/1.1', 'Host: a', '');
const ONE_ANSWER = expect.stringMatching(/^HTTP\/1\.1 200 OK(?:(?!HTTP).)*0 bytes$/s);
const POST = lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 4', 'Connection: close', '');

interface Kind {
  readonly server: Pick<HttpServer, 'close'>;
  dial(): Duplex;
}
const secured = (over: { socket: Duplex } | { host: string; port: number }): Duplex =>
  connectTls({ ...over, ca: pki.ca.cert, ALPNProtocols: ['http/1.1'], servername: 'localhost' });
const KINDS: Readonly<Record<string, () => Promise<Kind>>> = {
  'a port': async () => {
    const server = await listening(QUICK, true);
    return { server, dial: () => secured({ host: '127.0.0.1', port: server.port }) };
  },
  'a port without TLS': async () => {
    const server = await listening(QUICK, false);
    return { server, dial: () => connect(server.port, '127.0.0.1') };
  },
  'a server inside of the process': async () => {
    const server = await openHttpServer({ ...serving(QUICK), tls });
    const dial = (): Duplex => {
      const [ours, theirs] = duplexPair();
      server.accept(theirs);
      return secured({ socket: ours });
    };
    return { server, dial };
  },
};

describe.each(Object.entries(KINDS))('%s', (_name, open) => {
  let kind: Kind;
  beforeAll(async () => {
    kind = await open();
  });
  afterAll(() => kind.server.close());

  it('ends connections that wait too long with a head, without a word, and waits for a body', async () => {
    const [slow, silent, first, second] = [kind.dial(), kind.dial(), kind.dial(), kind.dial()];
    const words = wordsOf(slow);
    slow.write(`${POST}bo`);
    const all = [silent, first, second].map(wordsOf);
    first.write(GET.slice(0, -2));
    second.write(GET + GET.slice(0, -2));
    expect(await Promise.all(all)).toEqual(['', '', ONE_ANSWER]);
    slow.write('dy');
    expect(await words).toContain('4 bytes');
  });
});

describe('a port with TLS', () => {
  const clock = new SimulatedClock();
  let patient: HttpServer;
  let quick: HttpServer;
  beforeAll(async () => {
    patient = await listening({ ...CONNECTION_TIMES, clock }, true);
    quick = await listening(QUICK, true);
  });
  afterAll(() => Promise.all([patient.close(), quick.close()]));

  /** How many seconds of the server's clock a connection lasts. */
  async function secondsOf(socket: Socket, eachSecond: () => void): Promise<number> {
    const closed = closing(socket.resume());
    for (let seconds = 0; ; seconds++) {
      if (await Promise.race([closed, clock.advance(1000)])) return seconds;
      eachSecond();
    }
  }

  it('ends connections without a request', async () => {
    const idle = secured({ host: '127.0.0.1', port: quick.port });
    idle.write(GET);
    expect(await wordsOf(idle)).toEqual(ONE_ANSWER);
  });

  it('ends connections on which nothing comes after 32 seconds', async () => {
    const socket = connect(patient.port, '127.0.0.1');
    await once(socket, 'connect');
    expect(await secondsOf(socket, () => undefined)).toBeGreaterThanOrEqual(32);
  });

  it('ends connections whose client spoke HTTP and does not go', async () => {
    const socket = connect({ port: patient.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined); // only then it hears that nobody is there
    socket.write(GET);
    expect(await secondsOf(socket, () => socket.write('more'))).toBeGreaterThanOrEqual(32);
  });

  it('ends handshakes that go on and on', async () => {
    const socket = connect(quick.port, '127.0.0.1');
    const words = wordsOf(socket);
    // The header of a record and of a ClientHello, and never all of what they announce.
    const hello = Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.alloc(400)]);
    for (let at = 0; at < hello.length && !socket.destroyed; at += 100) socket.write(hello.subarray(at, at + 100));
    expect(await words).toBe('');
  });
});
