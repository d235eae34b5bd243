import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_MAPS, configMap, type FaultyCluster, faultyCluster } from '../faults/support.ts';
import { readKubeconfig } from '../support/ask.ts';

const ORIGIN = 'http://localhost:5173';

/** All that a connection says until it ends. */
const textOf = (socket: NodeJS.ReadableStream): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });

describe.each([0, 2])('with %i workers', (workers) => {
  let shop: FaultyCluster;
  beforeAll(async () => {
    shop = await faultyCluster({ workers, corsOrigins: [ORIGIN] });
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const port = (): number => Number(new URL(shop.cluster.url).port);
  const dial = (): TLSSocket => {
    const { ca, cert, key } = readKubeconfig(shop.cluster.kubeconfig());
    return connectTls({ port: port(), host: '127.0.0.1', ca, cert, key, ALPNProtocols: ['http/1.1'] });
  };
  const says = (...lines: string[]): string => `${['', ...lines].slice(1).join('\r\n')}\r\n\r\n`;

  it('requests of HTTP/2 are answered, and of HEAD only the head', async () => {
    using client = shop.http2();
    expect((await client.ask('POST', CONFIG_MAPS, configMap('first', { text: 'x'.repeat(300_000) }))).status).toBe(201);
    const read = await client.ask('GET', `${CONFIG_MAPS}/first`);
    expect(read.text).toContain('x'.repeat(300_000));
    expect(read.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await client.ask('HEAD', `${CONFIG_MAPS}/first`)).toMatchObject({ text: '', reset: 0 });
    expect((await client.ask('GET', `${CONFIG_MAPS}/none`)).status).toBe(404);
  });

  it('a body that is too large is refused', async () => {
    using client = shop.http2();
    const large = configMap('large', { text: 'x'.repeat(4 << 20) });
    const { status, text } = await client.ask('POST', CONFIG_MAPS, large, false);
    expect([status, text]).toEqual([413, expect.stringContaining('limit is 3145728')]);
  });

  it('one connection of HTTP/1.1 carries request after request, and a body in chunks', async () => {
    const socket = dial();
    const body = JSON.stringify(configMap('chunked'));
    socket.write(says('GET /healthz HTTP/1.1', 'Host: a'));
    socket.write(says(`POST ${CONFIG_MAPS} HTTP/1.1`, 'Host: a', 'Transfer-Encoding: chunked'));
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    socket.write(says('GET /healthz HTTP/1.1', 'Host: a', 'Connection: close'));
    const text = await textOf(socket);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 201', 'HTTP/1.1 200']);
  });

  it('a certificate says who its client is', async () => {
    using client = shop.http2();
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { text } = await client.ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
    expect(JSON.parse(text)).toMatchObject({
      status: { userInfo: { groups: expect.arrayContaining(['system:masters']) } },
    });
  });

  it('what is no request is answered as Go does, and so is HTTP without TLS', async () => {
    const malformed = dial();
    malformed.write('nonsense\r\n\r\n');
    expect(await textOf(malformed)).toContain('HTTP/1.1 400 Bad Request');
    const plain = connect(port(), '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\n\r\n');
    expect(await textOf(plain)).toContain('Client sent an HTTP request to an HTTPS server.');
  });

  it('a program of a browser may ask', async () => {
    const socket = dial();
    socket.write(says('OPTIONS /api HTTP/1.1', 'Host: a', `Origin: ${ORIGIN}`, 'Connection: close'));
    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 204[\s\S]*access-control-allow-origin: http:\/\/localhost:5173/i);
  });

  it('every watcher sees every event, and has it when the cluster has settled', async () => {
    using first = shop.http2();
    using second = shop.http2();
    const texts: string[] = [];
    const watches = Array.from({ length: 100 }, (_, i) => {
      const stream = (i % 2 === 0 ? first : second).open(
        'GET',
        `${CONFIG_MAPS}?watch=1&fieldSelector=metadata.name=seen`,
      );
      texts.push('');
      stream.setEncoding('utf8').on('data', (part: string) => {
        texts[i] += part;
      });
      return new Promise((resolve) => stream.once('response', resolve));
    });
    await Promise.all(watches);
    await shop.cluster.apply({ apiVersion: 'v1', ...configMap('seen', { is: 'there' }) } as never);
    await shop.cluster.settle();
    // An answer comes after what was written before it on the same connection.
    await first.ask('GET', '/healthz');
    await second.ask('GET', '/healthz');
    expect(texts.filter((text) => text.includes('"is":"there"'))).toHaveLength(100);
  });

  it('a fault breaks a connection off', async () => {
    await shop.fault({ match: { verbs: ['create'], resource: 'configmaps' }, reset: 'after', scope: 'connection' });
    using client = shop.http2();
    expect(await client.ask('POST', CONFIG_MAPS, configMap('lost'))).toMatchObject({ status: 0, isGone: true });
    shop.cluster.faults.clear();
  });

  it('the end of the cluster ends watches and connections', async () => {
    const ending = await faultyCluster({ workers });
    using client = ending.http2();
    const watching = client.ask('GET', `${CONFIG_MAPS}?watch=1`);
    await client.ask('GET', '/healthz');
    await ending[Symbol.asyncDispose]();
    expect(await watching).toMatchObject({ status: 200 });
    await new Promise<void>((resolve) =>
      client.session.destroyed ? resolve() : client.session.once('close', resolve),
    );
  });
});
