import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { createPki } from '../../../server/auth/certificates.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { systemRandom } from '../../../server/base/random.ts';
import type { Endpoint } from '../load/connection.ts';
import type { FauxkubeOptions } from '../scenario.ts';
import { freePort, startChild } from './child.ts';
import type { Subject } from './subject.ts';

const CLI = 'dist/cli.js';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

/** Starts both kinds of processes, and owns the folder with their files. */
export interface Launcher {
  fauxkube(options?: FauxkubeOptions): Promise<Subject>;
  floor(): Promise<Subject>;
  /** Ends all that still run and removes the files. */
  close(): Promise<void>;
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();

/** The client certificate of a generated kubeconfig. */
function adminOf(file: string, url: string): Endpoint {
  const { clusters, users } = parse(readFileSync(file, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${file} names no cluster or no user`);
  return {
    url,
    ca: decoded(cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  };
}

/** Bundles what is TypeScript: the floor has to start as a program of one file does. */
async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: { floor: 'test/bench/floor/main.ts', 'longest-turn': 'test/bench/subjects/longest-turn.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
}

/** @throws Error when there is no build to measure */
export async function createLauncher(): Promise<Launcher> {
  if (!existsSync(CLI)) throw new Error(`there is no ${CLI}: npm run build`);
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-bench-'));
  const file = (name: string): string => join(folder, name);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  await bundle(folder);
  const pki = createPki({ clock: systemClock(), random: systemRandom() });
  writeFileSync(file('floor.key'), pki.serving.key, { mode: 0o600 });
  writeFileSync(file('floor.crt'), pki.serving.cert);
  const running = new Set<Subject>();
  let count = 0;

  const kept = (subject: Subject): Subject => {
    running.add(subject);
    return subject;
  };
  return {
    async fauxkube({ nodes = 2, workers = 0, fixtures, storage, durable = false, watchTurns = false } = {}) {
      const port = await freePort();
      const url = `https://127.0.0.1:${port}`;
      const kubeconfig = file(`kubeconfig-${count++}`);
      const flags = ['--port', String(port), '--proxy-port', '0', '--kubeconfig', kubeconfig, '--nodes', String(nodes)];
      if (workers > 0) flags.push('--workers', String(workers));
      if (storage !== undefined) flags.push('--storage', storage);
      if (fixtures !== undefined) flags.push('--fixtures', fixtures);
      if (durable) flags.push('--data-dir', file(`data-${count++}`));
      const loaded = watchTurns ? ['--import', file('longest-turn.mjs')] : [];
      const args = [...loaded, CLI, 'start', ...flags];
      // The CA comes into being with the process: /readyz is asked without knowing it.
      const readyz = { url };
      return kept(await startChild({ args, tellsTurns: watchTurns, endpoint: () => adminOf(kubeconfig, url) }, readyz));
    },
    async floor() {
      const port = await freePort();
      const endpoint = { url: `https://127.0.0.1:${port}`, ca: pki.ca.cert };
      const args = [file('floor.mjs'), String(port), file('floor.key'), file('floor.crt')];
      return kept(await startChild({ args, tellsTurns: false, endpoint: () => endpoint }, endpoint));
    },
    async close() {
      await Promise.all([...running].map((subject) => subject.end()));
      remove();
    },
  };
}
