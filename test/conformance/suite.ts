import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Flags } from './flags.ts';
import type { Ended } from './outcome.ts';
import type { Programs } from './programs.ts';
import { CONFORMANCE_LABEL } from './specs.ts';

/** Ginkgo's own limit for everything is an hour. */
const SUITE_TIMEOUT = '24h';
/** How long a spec whose time is up may take to notice, before it is left behind. */
const GRACE_PERIOD = '5s';

/**
 * Specs that change what others rely on, such as the classes of priority or all nodes, have upstream's label `Serial`.
 * Ginkgo keeps them for the end; with a cluster of their own they need not wait for the others.
 */
export const PARTS = {
  parallel: `${CONFORMANCE_LABEL} && !Serial`,
  serial: `${CONFORMANCE_LABEL} && Serial`,
} as const;

/** What the suite is run against, and with. */
export interface SuiteRun {
  readonly programs: Programs;
  readonly part: keyof typeof PARTS;
  readonly flags: Flags;
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Where everything goes that Ginkgo prints. */
  readonly log: string;
}

/** Called while the suite runs. */
export interface Listener {
  started(specs: number): void;
  ended(spec: Ended): void;
}

function argsOf({ programs, part, flags, kubeconfig }: SuiteRun, outcomesUrl: string): string[] {
  const ginkgo = {
    procs: part === 'serial' ? 1 : flags.procs,
    'label-filter': PARTS[part],
    timeout: SUITE_TIMEOUT,
    'grace-period': GRACE_PERIOD,
    ...(flags.focus === undefined ? {} : { focus: flags.focus }),
  };
  const suite = {
    kubeconfig,
    provider: 'skeleton',
    'kube-api-content-type': flags.contentType,
    'spec-timeout': flags.specTimeout,
    'outcomes-url': outcomesUrl,
    // Asks every node for the logs of everything, after each failure.
    'dump-logs-on-failure': false,
  };
  const asFlags = (values: object): string[] => Object.entries(values).map(([name, value]) => `--${name}=${value}`);
  return [...asFlags(ginkgo), '--no-color', '--keep-going', programs.suite, '--', ...asFlags(suite)];
}

async function hear(request: IncomingMessage, listener: Listener): Promise<void> {
  const content: unknown = JSON.parse(await text(request));
  if (request.url === '/started') listener.started((content as { specs: number }).specs);
  else listener.ended(content as Ended);
}

/** Runs the specs of a part to their end. @returns Ginkgo's exit code, which is not 0 as soon as one spec fails */
export async function runSuite(run: SuiteRun, listener: Listener): Promise<number | null> {
  const server = createServer((request, response) => {
    void hear(request, listener).finally(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outcomesUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const output = openSync(run.log, 'w');
  try {
    const child = spawn(run.programs.ginkgo, argsOf(run, outcomesUrl), {
      cwd: run.programs.folder,
      stdio: ['ignore', output, output],
      // By its name, so that failures do not name its path.
      env: { ...process.env, PATH: [dirname(run.kubectl), process.env.PATH].join(delimiter) },
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  } finally {
    closeSync(output);
    server.close();
    server.closeAllConnections();
  }
}
