/** A real etcd for tests, built by `npm test` or `node scripts/etcd.mjs`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { etcdOfModule } from '../../scripts/etcd.mjs';
import { listenOnLoopback } from './loopback-server.ts';

const { command, version } = etcdOfModule();

/** Whether there is an etcd to test with. */
export const hasEtcd = existsSync(command);
if (!hasEtcd) process.stderr.write(`tests with etcd ${version} are skipped: npm test builds it where there is Go\n`);

export interface EtcdServerOptions {
  readonly scheme?: 'http' | 'https';
  /** Whether a write is on disk when it is answered: tests that kill only processes need not wait. */
  readonly waitsForDisk?: boolean;
}

export interface EtcdServer {
  /** `http://127.0.0.1:32379` */
  readonly url: string;
  /** What `--storage` takes: `etcd://127.0.0.1:32379` */
  readonly storage: string;
  readonly pid: number;
  /** Ends it, as a crash does. */
  kill(): Promise<void>;
  /** The same data at the same address once more. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const { port, close } = await listenOnLoopback(createServer());
  await close();
  return port;
}

/**
 * Starts one on a free port of loopback.
 *
 * @example
 * const etcd = await startEtcd();
 */
export async function startEtcd(flags: readonly string[] = [], options: EtcdServerOptions = {}): Promise<EtcdServer> {
  const [member] = await startMembers(1, flags, options);
  return member as EtcdServer;
}

/** Starts servers that are one etcd together: it goes on while more than half of them are there. */
export async function startMembers(
  count: number,
  flags: readonly string[] = [],
  { scheme = 'http', waitsForDisk = false }: EtcdServerOptions = {},
): Promise<EtcdServer[]> {
  const places: Member[] = [];
  for (let i = 0; i < count; i++) {
    places.push({
      name: `test-${i}`,
      directory: await mkdtemp(join(tmpdir(), 'fauxkube-etcd-')),
      url: `${scheme}://127.0.0.1:${await freePort()}`,
      peer: `http://127.0.0.1:${await freePort()}`,
    });
  }
  const others = ['--initial-cluster', places.map(({ name, peer }) => `${name}=${peer}`).join(',')];
  const rest = [...others, ...(waitsForDisk ? [] : ['--unsafe-no-fsync']), ...flags];
  return Promise.all(places.map((place) => startMember(place, rest)));
}

interface Member {
  readonly name: string;
  readonly directory: string;
  readonly url: string;
  readonly peer: string;
}

async function startMember({ name, directory, url, peer }: Member, rest: readonly string[]): Promise<EtcdServer> {
  const own = ['--name', name, '--data-dir', directory, '--logger', 'zap', '--log-level', 'info'];
  const clients = ['--listen-client-urls', url, '--advertise-client-urls', url];
  const peers = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
  const args = [...own, ...clients, ...peers, ...rest];
  process.stderr.write(`etcd: ${command} ${args.join(' ')}\n`);
  let child = await started(args);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url,
    storage: `etcd://${new URL(url).host}`,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    async restart() {
      await kill();
      child = await started(args);
    },
    async close() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Resolves when it serves clients. */
async function started(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (/serving client traffic/.test(line)) resolve();
    });
    child.once('exit', () => reject(new Error(`etcd ended:\n${lines.slice(-5).join('\n')}`)));
    child.once('error', reject);
  });
  return child;
}
