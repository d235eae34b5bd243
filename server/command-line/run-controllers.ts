/** `fauxkube controllers --only …`: controllers of a process of their own, until it is told to end. */
import type { LogLevel } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { rest } from '../base/turn.ts';
import { readRemoteServer } from '../cluster/kubeconfig-file.ts';
import { type OutsideControllers, startControllers } from '../outside-controllers.ts';
import { USAGE_EXIT_CODE } from './usage.ts';

interface Flags {
  readonly only?: readonly string[];
  readonly kubeconfig: string;
  readonly useServiceAccountCredentials?: boolean;
  readonly leaderElect?: boolean;
  readonly logLevel: LogLevel;
  /** Tells this process from those of other machines. */
  readonly processName: string;
}

/** Keeps the process, which has nothing but timers while the server is away. */
const PAUSE_MS = 60_000;

/** Runs until the process is told to end, or has to let another one lead. */
export async function runControllers(flags: Flags): Promise<void> {
  const { only = [], kubeconfig, logLevel, leaderElect = false, useServiceAccountCredentials = false } = flags;
  let controllers: OutsideControllers;
  let url: string;
  try {
    if (only.length === 0) throw new Error("name the controllers to run with --only: deployment,replicaset or '*'");
    const { caBundle, ...server } = readRemoteServer(kubeconfig);
    url = server.url;
    controllers = await startControllers({
      server: { ...server, ...(caBundle !== undefined && { caCertificate: caBundle }) },
      only,
      logLevel,
      useServiceAccountCredentials,
      ...(leaderElect && { leaderElect: `${flags.processName}_${systemRandom().uuid()}` }),
      onLost: () => {
        process.stderr.write('fauxkube: another process may lead now\n');
        process.exit(1);
      },
    });
  } catch (error) {
    process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
    process.exitCode = USAGE_EXIT_CODE;
    return;
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void controllers.stop().finally(() => process.exit(0)));
  if (leaderElect) process.stdout.write(`fauxkube waits until it leads on ${url}\n`);
  const { names } = controllers;
  void controllers.leading.then(() => process.stdout.write(`fauxkube runs on ${url}: ${names.join(', ')}\n`));
  for (;;) await rest(PAUSE_MS);
}
