import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tsProgram } from '../support/killed-process.ts';

/** A port that is free for a while. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function live(seed: number, port: number): Promise<string> {
  const [command, args] = tsProgram('test/determinism/programs/varied-life.ts', String(seed), String(port));
  return (await promisify(execFile)(command, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
}

it('the same requests, seed and clock give the same bytes in two processes', async () => {
  const port = await freePort();
  const first = await live(7, port);
  expect(await live(7, port)).toBe(first);
  const { items } = JSON.parse(first) as { items: { kind: string }[] };
  const kinds = new Set(items.map(({ kind }) => kind));
  for (const kind of [
    'Pod',
    'StatefulSet',
    'Job',
    'CronJob',
    'DaemonSet',
    'Event',
    'EndpointSlice',
    'PersistentVolume',
  ])
    expect(kinds).toContain(kind);
  expect(await live(8, port)).not.toBe(first);
}, 120_000);
