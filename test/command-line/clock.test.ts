import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

describe('fauxkube clock', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await commandLine();
    await cli.start([]);
  });
  afterAll(async () => {
    await cli.endAll();
    await cli[Symbol.asyncDispose]();
  });

  const run = async (...args: string[]): Promise<readonly [code: number | null, said: string]> => {
    const { code, stdout, stderr } = await cli.run(args);
    return [code, stdout + stderr];
  };

  it('stops and moves the time of a cluster', async () => {
    expect(await run('clock', 'freeze')).toEqual([0, expect.stringMatching(/Z stands still\n.* from real time\n/)]);
    const midnight = '2026-01-01T00:00:00.000Z';
    expect(await run('clock', 'set', '2026-01-01T00:00:00Z')).toEqual([0, expect.stringContaining(midnight)]);
    const [code, said] = await run('clock', 'advance', '1h30m', '--output', 'json');
    expect([code, JSON.parse(said)]).toEqual([
      0,
      expect.objectContaining({ now: '2026-01-01T01:30:00.000Z', frozen: true, speed: 1 }),
    ]);
    expect(await run('clock', 'next')).toEqual([0, expect.stringContaining('0 timers\n')]);
    expect(await run('clock', 'speed', '60')).toEqual([0, expect.stringContaining('stands still')]);
    expect(await run('clock', 'resume')).toEqual([0, expect.stringContaining('goes on, 60 times as fast')]);
    expect(await run('clock', 'show')).toEqual([0, expect.stringMatching(/^2026-01-01T/)]);
    expect(await run('clock', 'speed', '1')).toEqual([0, expect.stringContaining('Z goes on\n-')]);
    expect(await run('clock', 'set', 'now')).toEqual([0, expect.stringContaining('Z goes on\n0s from real time\n')]);
  });

  it('waits until nobody has anything to do', async () => {
    expect(await run('settle', '--timeout', '20s')).toEqual([0, '']);
    expect(await run('settle', '--timeout', '20')).toEqual([0, '']);
    expect(await run('wait', '--timeout', '20s')).toEqual([0, '']);
  });

  it('says what cannot be', async () => {
    expect(await run('clock', 'set', 'noon')).toEqual([
      2,
      expect.stringContaining('time has to be now, or a time such as 2026-01-01'),
    ]);
    expect(await run('clock', 'advance', 'soon')).toEqual([2, expect.stringContaining('has to be a duration')]);
    expect(await run('clock', 'speed', '0')).toEqual([2, expect.stringContaining('has to be a number above 0')]);
    expect(await run('settle', '--kubeconfig', 'none')).toEqual([1, expect.stringContaining('choose the kubeconfig')]);
  });
});
