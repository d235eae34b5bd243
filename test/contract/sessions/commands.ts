import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type ScriptedPods, scriptedPods } from '../../support/scripted-pods.ts';
import type { CommandClient, CommandProtocol } from './command-client.ts';
import { type Noticed, OUTPUT_BYTES, podOfPrograms } from './programs.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What every protocol for commands has to do. */
export function commands(protocol: CommandProtocol): void {
  const noticed: Noticed = { pouredBytes: 0, hangUps: 0, sizes: [] };
  let pods: ScriptedPods;
  beforeAll(async () => {
    pods = await scriptedPods();
    await pods.run('web', podOfPrograms(noticed));
  });
  afterAll(() => pods[Symbol.asyncDispose]());
  beforeEach(() => {
    noticed.pouredBytes = 0;
    noticed.hangUps = 0;
    noticed.sizes.length = 0;
  });

  /** @param channels those that are asked for; `resize` stands for a terminal */
  function exec(command: readonly string[], channels: readonly string[]): Promise<CommandClient> {
    const query = new URLSearchParams();
    for (const word of command) query.append('command', word);
    for (const name of channels) query.set(name === 'resize' ? 'tty' : name, 'true');
    const target = { url: pods.url, ...pods.credentials('admin', ['system:masters']) };
    return protocol.open(target, `/api/v1/namespaces/default/pods/web/exec?${query.toString()}`, channels);
  }

  it('brings what a program writes, and its success', async () => {
    await using client = await exec(['echo', 'hello', 'there'], ['stdout', 'stderr']);
    await client.ended;
    expect(client.received('stdout').toString()).toBe('hello there');
    expect(client.received('stderr').toString()).toBe('');
    const told = client.received('error').toString();
    expect(told).toBe(protocol.tellsStatus ? '{"metadata":{},"status":"Success"}' : '');
  });

  it('keeps both outputs apart, and tells the exit code', async () => {
    await using client = await exec(['fail', '7'], ['stdout', 'stderr']);
    await client.ended;
    expect(client.received('stdout').toString()).toBe('out');
    expect(client.received('stderr').toString()).toBe('err');
    const told = client.received('error').toString();
    const message = 'command terminated with non-zero exit code: command terminated with exit code 7';
    if (!protocol.tellsStatus) expect(told).toBe(message);
    else {
      expect(JSON.parse(told)).toEqual({
        metadata: {},
        status: 'Failure',
        message,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '7' }] },
      });
    }
  });

  it('tells why a program cannot begin', async () => {
    await using client = await exec(['fly'], ['stdout']);
    await client.ended;
    expect(client.received('error').toString()).toContain('nobody simulates fly');
  });

  it('brings every byte of the input', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    await using client = await exec(['head', String(bytes.length)], ['stdin', 'stdout']);
    for (let at = 0; at < bytes.length; at += 50_000) client.write('stdin', bytes.subarray(at, at + 50_000));
    await client.ended;
    expect(sha256(client.received('stdout'))).toBe(sha256(bytes));
  });

  it.runIf(protocol.canEndStdin)('tells the end of the input', async () => {
    await using client = await exec(['cat'], ['stdin', 'stdout']);
    client.write('stdin', 'one');
    client.write('stdin', 'two');
    client.endStdin();
    await client.ended;
    expect(client.received('stdout').toString()).toBe('onetwo');
  });

  it('lets a program wait for a client that does not read', async () => {
    await using client = await exec(['pour'], ['stdout']);
    client.pause();
    // It has come to rest once others are served without it going on.
    for (let before = -1; before !== noticed.pouredBytes; ) {
      before = noticed.pouredBytes;
      await using other = await exec(['echo'], ['stdout']);
      await other.ended;
    }
    expect(noticed.pouredBytes).toBeLessThan(OUTPUT_BYTES);
    client.resume();
    await client.ended;
    expect(client.received('stdout').length).toBe(OUTPUT_BYTES);
  });

  it('hangs up when the client goes', async () => {
    const client = await exec(['wait'], ['stdin', 'stdout']);
    client.leave();
    await vi.waitFor(() => expect(noticed.hangUps).toBe(1));
    await client.ended;
    await client[Symbol.asyncDispose]();
  });

  it.runIf(protocol.canResize)('tells how large the terminal is', async () => {
    await using client = await exec(['sizes', '2'], ['stdout', 'resize']);
    client.write('resize', '{"Width":80,"Height":24}\n');
    client.write('resize', '{"Width":132,"Height":50}');
    await client.ended;
    expect(noticed.sizes).toEqual(['80x24', '132x50']);
  });
}
