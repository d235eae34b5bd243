import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import type { LogLevel } from '../base/log.ts';
import { type RunningCluster, startCluster } from '../index.ts';
import { portInUse } from './port-in-use.ts';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly httpPort?: number;
  readonly proxyPort: number;
  readonly insecureBind?: string[];
  readonly tlsSan?: string[];
  readonly kubeconfig: string[];
  readonly kubeconfigMode: number;
  readonly dataDir?: string;
  readonly fixtures?: string[];
  readonly nodes: number;
  readonly controllers?: string[];
  readonly seed?: number;
  readonly logLevel: LogLevel;
  readonly insecureAdmin?: boolean;
  readonly tokenAuthFile?: string;
}

/** `fauxkube start`: serves until the process is told to end. */
export async function startCommand(flags: Flags): Promise<void> {
  const clock = systemClock();
  const startedMs = clock.now();
  let cluster: RunningCluster;
  try {
    cluster = await start(flags);
  } catch (error) {
    // Nothing else may keep the process: a half-started server would only look like one.
    process.stderr.write(`${portInUse(error, flags) ?? `fauxkube: ${(error as Error).message}`}\n`);
    process.exit(portInUse(error, flags) ? 2 : 1);
  }
  endWith(cluster);
  const files = writeKubeconfigs(cluster, flags);
  cluster.ready();
  process.stdout.write(readyText(cluster, files[0] ?? '', clock.now() - startedMs));
}

async function start(flags: Flags): Promise<RunningCluster> {
  return startCluster({
    host: flags.host,
    port: flags.port,
    proxyPort: flags.proxyPort,
    nodes: flags.nodes,
    logLevel: flags.logLevel,
    tlsNames: [
      ...(flags.tlsSan ?? []),
      ...namesIn(flags.kubeconfig),
      ...(isAnyAddress(flags.host) ? [] : [flags.host]),
    ],
    holdReady: true,
    ...(flags.httpPort !== undefined && { httpPort: flags.httpPort }),
    ...(flags.insecureBind && { insecureBind: flags.insecureBind as ('http' | 'proxy')[] }),
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(flags.fixtures && { fixtures: flags.fixtures }),
    ...(flags.controllers && { controllers: flags.controllers }),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.insecureAdmin && { insecureAdmin: true }),
    ...(flags.tokenAuthFile !== undefined && { tokenFile: flags.tokenAuthFile }),
  });
}

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** `FILE` or `FILE=URL`. */
function parseKubeconfig(text: string): { file: string; url: string | undefined } {
  const at = text.indexOf('=');
  return at < 0 ? { file: text, url: undefined } : { file: text.slice(0, at), url: text.slice(at + 1) };
}

/** Clients that use another URL must find its name in the certificate. */
function namesIn(kubeconfigs: readonly string[]): string[] {
  return kubeconfigs.flatMap((text) => {
    const { url } = parseKubeconfig(text);
    return url !== undefined && URL.canParse(url) ? [new URL(url).hostname.replace(/^\[|\]$/g, '')] : [];
  });
}

function writeKubeconfigs(cluster: RunningCluster, { kubeconfig, kubeconfigMode: mode }: Flags): string[] {
  return kubeconfig.map((text) => {
    const { file, url } = parseKubeconfig(text);
    const path = resolve(file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, cluster.kubeconfig(url === undefined ? {} : { server: withPort(url, cluster) }), { mode });
    return path;
  });
}

/** A URL without a port means the port that is served. */
function withPort(url: string, cluster: RunningCluster): string {
  return /:\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}:${new URL(cluster.url).port}`;
}

function readyText(cluster: RunningCluster, kubeconfig: string, tookMs: number): string {
  const lines = [
    `fauxkube is ready: Kubernetes ${cluster.kubernetesVersion} on ${cluster.url} (${Math.round(tookMs)} ms)`,
    ...(cluster.httpUrl ? [`  plain HTTP     ${cluster.httpUrl}`] : []),
    ...(cluster.proxyUrl ? [`  service proxy  http_proxy=${cluster.proxyUrl} curl my-service`] : []),
    `Next, in another terminal:`,
    `  export KUBECONFIG=${kubeconfig}`,
    `  kubectl get nodes`,
  ];
  return `${lines.join('\n')}\n`;
}

/** SIGTERM and SIGINT end the cluster in order: also as process 1, which gets no default handlers. */
function endWith(cluster: RunningCluster): void {
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(1); // asked twice
    ending = true;
    cluster.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
