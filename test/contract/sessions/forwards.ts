import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { duplexPair } from '../../../server/base/duplex-pair.ts';
import { type ScriptedPods, scriptedPods } from '../../support/scripted-pods.ts';
import type { ForwardClient, ForwardProtocol } from './forward-client.ts';

const ECHO = 7;
const GREETING = 21;
const MUTE = 99;

/** What every protocol for forwarded ports has to do. */
export function forwards(protocol: ForwardProtocol): void {
  const connections: Duplex[] = [];
  let pods: ScriptedPods;
  let client: ForwardClient;

  /** A pod whose ports echo, greet and go, or say nothing. */
  async function dial(port: number): Promise<Duplex> {
    if (![ECHO, GREETING, MUTE].includes(port)) throw new Error('connect: connection refused');
    const [near, far] = duplexPair();
    connections.push(far);
    if (port === ECHO) far.pipe(far);
    else if (port === GREETING) far.end('220 hello\r\n');
    else far.resume();
    return near;
  }

  beforeAll(async () => {
    pods = await scriptedPods();
    await pods.run('web', { dial });
    const target = { url: pods.url, ...pods.credentials('admin', ['system:masters']) };
    client = await protocol.open(target, '/api/v1/namespaces/default/pods/web/portforward');
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await pods[Symbol.asyncDispose]();
  });

  it('brings what is sent, both ways', async () => {
    const bytes = randomBytes(1024 * 1024);
    const connection = await client.connect(ECHO);
    for (let at = 0; at < bytes.length; at += 30_000) connection.write(bytes.subarray(at, at + 30_000));
    await vi.waitFor(() => expect(connection.received().length).toBe(bytes.length));
    expect(connection.received().equals(bytes)).toBe(true);
    connection.reset();
  });

  it('keeps connections apart', async () => {
    const several = await Promise.all(Array.from({ length: 20 }, () => client.connect(ECHO)));
    for (const [index, connection] of several.entries()) connection.write(`number ${index}`);
    for (const [index, connection] of several.entries())
      await vi.waitFor(() => expect(connection.received().toString()).toBe(`number ${index}`));
    for (const connection of several) connection.reset();
  });

  it('ends when the pod does', async () => {
    const connection = await client.connect(GREETING);
    await connection.ended;
    expect(connection.received().toString()).toBe('220 hello\r\n');
    expect(connection.problem()).toBe('');
  });

  it.runIf(protocol.canEnd)('may be ended by the client while the pod still speaks', async () => {
    const connection = await client.connect(ECHO);
    connection.write('last words');
    connection.end();
    await connection.ended;
    expect(connection.received().toString()).toBe('last words');
  });

  it('tells the pod when the client has gone', async () => {
    connections.length = 0;
    const connection = await client.connect(MUTE);
    await vi.waitFor(() => expect(connections.length).toBe(1));
    connection.write('x');
    const [far] = connections as [Duplex];
    const closed = once(far, 'close');
    connection.reset();
    await closed;
  });

  it('says why a port cannot be reached', async () => {
    const connection = await client.connect(1234);
    await connection.ended;
    expect(connection.problem()).toMatch(
      /^error forwarding port 1234 to pod [-0-9a-f]+, uid : connect: connection ref/,
    );
  });
}
