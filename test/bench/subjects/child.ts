import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Endpoint, open } from '../load/connection.ts';
import { processCost } from '../process-cost.ts';
import type { StartCost, Subject } from './subject.ts';

const POLL_MS = 4;
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 5_000;

/** What is run as a subject. */
export interface Program {
  readonly args: readonly string[];
  /** Whether `longest-turn.ts` is in it. */
  readonly tellsTurns: boolean;
  /** Asked as soon as the server can be: before it is ready, credentials may not be there. */
  endpoint(): Endpoint;
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

async function untilReady(readyz: Endpoint, child: ChildProcess, said: () => string): Promise<void> {
  const limitMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      const connection = await open(readyz);
      await connection.exchange('GET', '/readyz').finally(() => connection.close());
      return;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > limitMs)
        throw new Error(`a server did not start: ${said()}`, { cause: error });
    }
    await delay(POLL_MS);
  }
}

async function firstGet(endpoint: Endpoint): Promise<void> {
  const connection = await open(endpoint);
  await connection.exchange('GET', '/api/v1/namespaces/default');
  connection.close();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = new AbortController();
  void delay(END_LIMIT_MS, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await exited;
  late.abort();
}

async function askTurns(child: ChildProcess, reports: Interface): Promise<number> {
  const line = once(reports, 'line');
  child.kill('SIGUSR2');
  const [text] = (await line) as [string];
  return Number(text);
}

/** Starts a process and waits until it has answered `/readyz` at `readyz`, and a GET as its user. */
export async function startChild(program: Program, readyz: Endpoint): Promise<Subject> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, program.args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const atExit = (): boolean => child.kill('SIGKILL');
  process.once('exit', atExit);
  child.once('exit', () => process.off('exit', atExit));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-2000);
  });
  const reports = createInterface({ input: child.stdio[3] as Readable });
  await untilReady(readyz, child, () => stderr);
  const endpoint = program.endpoint();
  await firstGet(endpoint);
  const start: StartCost = {
    firstGetMs: performance.now() - startedMs,
    cpuSeconds: processCost(pid)?.cpuSeconds,
  };
  return {
    endpoint,
    start,
    cost: () => processCost(pid),
    longestTurnMs: async () => (program.tellsTurns ? await askTurns(child, reports) : undefined),
    end: () => end(child),
  };
}
