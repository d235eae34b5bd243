import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import { NOBODY_LISTENS, refusalOf, type StreamServer, streamServer } from './support.ts';

let server: StreamServer;
beforeAll(async () => {
  const exec: RunningPod['exec'] = async () => ({ exitCode: Promise.resolve(0), hangUp: () => undefined });
  server = await streamServer({ ...NOBODY_LISTENS, exec });
});
afterAll(() => server[Symbol.asyncDispose]());

const WEBSOCKET = {
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const EXEC = 'web/exec?command=ls&stdout=true';
const KNOWN = 'v4.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io channel.k8s.io';

describe('SPDY', () => {
  const ask = (path: string, headers: Readonly<Record<string, string>>): ReturnType<StreamServer['ask']> =>
    server.ask('POST', path, { upgrade: 'SPDY/3.1', ...headers });

  it('speaks the first protocol of the client that it knows', async () => {
    const answer = await ask(EXEC, { 'x-stream-protocol-version': 'v9.channel.k8s.io, v3.channel.k8s.io' });
    expect(refusalOf(answer)).toEqual([101, '']);
    expect(answer.headers).toMatchObject({ upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v3.channel.k8s.io' });
    expect(answer.headers['audit-id']).toMatch(/^[-0-9a-f]{36}$/);
  });

  it('tells a client without a common protocol which there are', async () => {
    const answer = await ask(EXEC, { 'x-stream-protocol-version': 'v9.channel.k8s.io' });
    const what = `client supports [v9.channel.k8s.io], server accepts [${KNOWN}]`;
    expect(refusalOf(answer)).toEqual([403, `unable to upgrade: unable to negotiate protocol: ${what}\n`]);
    expect(answer.headers['x-accepted-stream-protocol-versions']).toBe(KNOWN.replaceAll(' ', ', '));
  });

  it('needs a client that says what it speaks', async () => {
    const [status, message] = refusalOf(await ask(EXEC, {}));
    expect(status).toBe(400);
    expect(message).toMatch(/^unable to upgrade: header X-Stream-Protocol-Version does not exist in request with \d+ /);
  });

  it('is the only protocol besides WebSocket', async () => {
    const headers = { upgrade: 'h2c', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
    const message = 'unable to upgrade: missing upgrade headers in request\n';
    expect(refusalOf(await ask(EXEC, headers))).toEqual([400, message]);
  });
});

describe('WebSocket', () => {
  const ask = (path: string, protocols?: string): ReturnType<StreamServer['ask']> =>
    server.ask('GET', path, { ...WEBSOCKET, ...(protocols !== undefined && { 'sec-websocket-protocol': protocols }) });

  it.each([
    ['v4.channel.k8s.io, v5.channel.k8s.io', 'v5.channel.k8s.io'],
    ['base64.channel.k8s.io, v4.channel.k8s.io', 'base64.channel.k8s.io'],
    [undefined, undefined],
  ])('for a client of %s speaks %s', async (offered, chosen) => {
    const answer = await ask(EXEC, offered);
    expect(refusalOf(answer)).toEqual([101, '']);
    expect(answer.headers['sec-websocket-protocol']).toBe(chosen);
  });

  it('knows no other protocols', async () => {
    expect(refusalOf(await ask(EXEC, 'v3.channel.k8s.io'))).toEqual([403, '']);
    expect(refusalOf(await ask('web/portforward?ports=80', 'v5.channel.k8s.io'))).toEqual([403, '']);
  });

  it('carries SPDY where ports are forwarded', async () => {
    const answer = await ask('web/portforward', 'SPDY/3.1+portforward.k8s.io');
    expect(refusalOf(answer)).toEqual([101, '']);
    expect(answer.headers['sec-websocket-protocol']).toBe('SPDY/3.1+portforward.k8s.io');
    const what = 'client supports [other.k8s.io], server accepts [portforward.k8s.io]';
    const refused = [403, `unable to upgrade: unable to negotiate protocol: ${what}\n`];
    expect(refusalOf(await ask('web/portforward', 'SPDY/3.1+other.k8s.io'))).toEqual(refused);
  });

  it('needs the ports at once where channels cannot be opened', async () => {
    const missing = [400, 'query parameter "port" is required'];
    expect(refusalOf(await ask('web/portforward', 'v4.channel.k8s.io'))).toEqual(missing);
    const zero = [400, 'port "80,0" must be > 0'];
    expect(refusalOf(await ask('web/portforward?ports=80&ports=0', 'v4.channel.k8s.io'))).toEqual(zero);
  });
});
