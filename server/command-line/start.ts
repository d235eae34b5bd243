import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { collectWhenIdle } from '../base/idle-collection.ts';
import type { LogLevel } from '../base/log.ts';
import { keysOf } from '../cluster/identity.ts';
import type { OpenPort } from '../http/plain-servers.ts';
import { type RunningCluster, startCluster } from '../index.ts';
import { type AuditFlags, auditOptionsOf } from './audit-flags.ts';
import { type AuthorizationFlags, authorizationOf } from './authorization-flags.ts';
import { runBeside, signalCode } from './beside.ts';
import { inFlags } from './flag-names.ts';
import { authenticationOf, type IdentityFlags } from './identity-flags.ts';
import { kubeconfigNames, writeKubeconfigs } from './kubeconfigs.ts';
import { portInUse } from './port-in-use.ts';
import { type StorageFlags, storageOptionsOf } from './storage-flags.ts';
import { contentBefore, tellTakeover } from './taken-kubeconfig.ts';
import { USAGE_EXIT_CODE } from './usage.ts';

interface Flags extends IdentityFlags, AuthorizationFlags, AuditFlags, StorageFlags {
  readonly host: string;
  readonly port: number;
  readonly httpPort?: number;
  readonly proxyPort: number;
  readonly dnsPort?: number;
  readonly ingressPort?: number;
  readonly ingressTlsPort?: number;
  readonly insecureBind?: string[];
  readonly tlsSan?: string[];
  readonly corsOrigin?: string[];
  readonly workers?: number;
  readonly kubeconfig: string[];
  readonly kubeconfigMode: number;
  readonly dataDir?: string;
  readonly compactAfter?: number;
  readonly historyEvents?: number;
  readonly historyAge?: number;
  readonly fixtures?: string[];
  readonly watchFixtures?: boolean;
  readonly initDir?: string;
  readonly podBehaviours?: string[];
  readonly upstreams?: string[];
  readonly kubeletEvents: 'all' | 'problems';
  readonly kubernetesVersion?: string;
  readonly nodes: number;
  readonly clusterCidr?: string;
  readonly nodeCidrMaskSizeIpv4?: number;
  readonly nodeCidrMaskSizeIpv6?: number;
  readonly serviceClusterIpRange?: string;
  readonly storageClass?: string;
  readonly loadBalancerCidr?: string;
  readonly simulatedMetrics?: boolean;
  readonly controllers?: string[];
  readonly enableAdmissionPlugins?: string[];
  readonly disableAdmissionPlugins?: string[];
  readonly admissionControlConfigFile?: string;
  readonly seed?: number;
  readonly freezeClock?: string;
  readonly logLevel: LogLevel;
  readonly insecureAdmin?: boolean;
  readonly strict?: boolean;
  readonly tokenAuthFile?: string;
  readonly stopWithStdin?: boolean;
}

/**
 * `fauxkube start`: serves until the process is told to end, or until the command has ended that stands after `--`.
 *
 * @param self tells which flags were given, and which are what they are by default
 */
export async function startCommand(command: readonly string[], given: Flags, self: Command): Promise<void> {
  const clock = systemClock();
  const startedMs = clock.now();
  const end = endOnSignals(given.stopWithStdin ?? false, command.length > 0);
  const problem = command.length > 0 ? problemBeside(command, given) : undefined;
  if (problem !== undefined) return failed(problem);
  const folder = command.length > 0 ? mkdtempSync(join(tmpdir(), 'fauxkube-')) : undefined;
  if (folder !== undefined) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const flags = folder === undefined ? given : flagsBeside(given, self, folder);
  try {
    const cluster = await start(flags);
    end.cluster = cluster;
    const [usual = ''] =
      folder === undefined && self.getOptionValueSource('kubeconfig') === 'default' ? flags.kubeconfig : [];
    const before = usual === '' ? undefined : contentBefore(usual);
    const [kubeconfig = ''] = writeKubeconfigs(cluster, flags.kubeconfig, flags.kubeconfigMode);
    cluster.ready();
    collectWhenIdle();
    if (command.length === 0) {
      // Standard output is the audit log's, if that goes there.
      const own = flags.auditLogPath === '-' ? process.stderr : process.stdout;
      own.write(readyText(cluster, kubeconfig, clock.now() - startedMs, flags));
      if (before !== undefined) await tellTakeover(usual, before, cluster.url);
      return;
    }
    process.stderr.write([readyLine(cluster, clock.now() - startedMs).trimEnd(), ...seedLines(flags), ''].join('\n'));
    const beside = runBeside(command, { KUBECONFIG: kubeconfig, FAUXKUBE_URL: cluster.url });
    end.pass = beside.pass;
    const code = await beside.ended;
    await cluster.stop();
    process.exit(code);
  } catch (error) {
    failed(portInUse(error, flags) ?? `fauxkube: ${inFlags(error as Error)}`);
  }
}

/** Nothing else may keep the process: a half-started server would only look like one. */
function failed(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(USAGE_EXIT_CODE);
}

/** What cannot be had together with a command. */
function problemBeside([first]: readonly string[], { auditLogPath, stopWithStdin }: Flags): string | undefined {
  if (!process.argv.includes('--')) return `error: a command stands after "--": fauxkube start -- ${first ?? ''}`;
  if (auditLogPath === '-') return 'error: standard output is that of the command: give --audit-log-path a file';
  if (stopWithStdin) return 'error: standard input is that of the command: leave out --stop-with-stdin';
  return undefined;
}

/** A cluster for one command is in nobody's way: free ports and a kubeconfig that goes with it, unless given. */
function flagsBeside(given: Flags, self: Command, folder: string): Flags {
  const isDefault = (name: string): boolean => self.getOptionValueSource(name) === 'default';
  return {
    ...given,
    ...(isDefault('port') && { port: 0 }),
    ...(isDefault('proxyPort') && { proxyPort: 0 }),
    ...(isDefault('kubeconfig') && { kubeconfig: [join(folder, 'kubeconfig')] }),
  };
}

async function start(flags: Flags): Promise<RunningCluster> {
  return startCluster({
    host: flags.host,
    port: flags.port,
    proxyPort: flags.proxyPort,
    nodes: flags.nodes,
    kubeletEvents: flags.kubeletEvents,
    logLevel: flags.logLevel,
    corsOrigins: flags.corsOrigin ?? [],
    tlsNames: [
      ...(flags.tlsSan ?? []),
      ...kubeconfigNames(flags.kubeconfig),
      ...(isAnyAddress(flags.host) ? [] : [flags.host]),
    ],
    holdReady: true,
    ...(flags.httpPort !== undefined && { httpPort: flags.httpPort }),
    ...(flags.dnsPort !== undefined && { dnsPort: flags.dnsPort }),
    ...(flags.ingressPort !== undefined && { ingressPort: flags.ingressPort }),
    ...(flags.ingressTlsPort !== undefined && { ingressTlsPort: flags.ingressTlsPort }),
    ...(flags.insecureBind && { insecureBind: flags.insecureBind as OpenPort[] }),
    ...(flags.kubernetesVersion !== undefined && { kubernetesVersion: flags.kubernetesVersion }),
    ...(flags.workers !== undefined && { workers: flags.workers }),
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(flags.compactAfter !== undefined && { compactAfter: flags.compactAfter }),
    ...(flags.historyEvents !== undefined && { historyEvents: flags.historyEvents }),
    ...(flags.historyAge !== undefined && { historyAgeMs: flags.historyAge }),
    ...(flags.fixtures && { fixtures: flags.fixtures }),
    ...(flags.watchFixtures && { watchFixtures: true }),
    ...initDirOf(flags.initDir),
    ...(flags.clusterCidr !== undefined && { clusterCidr: flags.clusterCidr }),
    ...(flags.nodeCidrMaskSizeIpv4 !== undefined && { nodeCidrMaskSizeIpv4: flags.nodeCidrMaskSizeIpv4 }),
    ...(flags.nodeCidrMaskSizeIpv6 !== undefined && { nodeCidrMaskSizeIpv6: flags.nodeCidrMaskSizeIpv6 }),
    ...(flags.serviceClusterIpRange !== undefined && { serviceClusterIpRange: flags.serviceClusterIpRange }),
    ...(flags.podBehaviours && { podBehaviours: flags.podBehaviours }),
    ...(flags.upstreams && { upstreams: flags.upstreams }),
    ...(flags.storageClass !== undefined && { storageClass: flags.storageClass }),
    ...(flags.loadBalancerCidr !== undefined && { loadBalancerCidr: flags.loadBalancerCidr }),
    ...(flags.simulatedMetrics && { simulatedMetrics: true }),
    ...(flags.controllers && { controllers: flags.controllers }),
    ...(flags.enableAdmissionPlugins && { enableAdmissionPlugins: flags.enableAdmissionPlugins }),
    ...(flags.disableAdmissionPlugins && { disableAdmissionPlugins: flags.disableAdmissionPlugins }),
    ...(flags.admissionControlConfigFile !== undefined && {
      admissionControlConfigFile: flags.admissionControlConfigFile,
    }),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.freezeClock !== undefined && { freezeClock: flags.freezeClock }),
    ...(flags.insecureAdmin && { insecureAdmin: true }),
    ...(flags.strict && { strict: true }),
    ...(flags.authorizationMode && { authorizationModes: flags.authorizationMode }),
    authorization: authorizationOf(flags),
    authentication: authenticationOf(flags),
    ...(flags.tokenAuthFile !== undefined && { tokenFile: flags.tokenAuthFile }),
    ...auditOptionsOf(flags),
    ...storageOptionsOf(flags),
  });
}

/** Images keep their hooks here. */
const INIT_DIR = '/etc/fauxkube/init.d';

function initDirOf(given: string | undefined): { initDir?: string } {
  const initDir = given ?? (existsSync(INIT_DIR) ? INIT_DIR : undefined);
  return initDir === undefined ? {} : { initDir };
}

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** What has to be said of keys that a seed makes, or does not. */
function seedLines({ seed, host }: Flags): string[] {
  if (seed === undefined) return [];
  const { keys } = keysOf({ seed, host });
  return keys.isInsecure
    ? [`  warning        the keys of this cluster come from --seed ${seed}: everybody can know them`]
    : [`  warning        other machines reach ${host}: keys are new ones, and do not come from --seed ${seed}`];
}

function readyLine({ kubernetesVersion, url }: RunningCluster, tookMs: number): string {
  return `fauxkube is ready: Kubernetes ${kubernetesVersion} on ${url} (${Math.round(tookMs)} ms)\n`;
}

function readyText(cluster: RunningCluster, kubeconfig: string, tookMs: number, flags: Flags): string {
  const lines = [
    readyLine(cluster, tookMs).trimEnd(),
    ...(cluster.httpUrl ? [`  plain HTTP     ${cluster.httpUrl}`] : []),
    ...(cluster.proxyUrl ? [`  service proxy  http_proxy=${cluster.proxyUrl} curl SERVICE`] : []),
    ...(cluster.dnsPort === undefined
      ? []
      : [`  cluster DNS    dig -p ${cluster.dnsPort} @127.0.0.1 SERVICE.NAMESPACE.svc.cluster.local`]),
    ...(cluster.ingressUrl ? [`  Ingresses      curl --header 'Host: HOST' ${cluster.ingressUrl}`] : []),
    ...(cluster.ingressTlsUrl ? [`  over TLS       ${cluster.ingressTlsUrl}`] : []),
    ...seedLines(flags),
    `Next, in another terminal:`,
    `  export KUBECONFIG=${kubeconfig}`,
    `  kubectl get nodes`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What there is to end. */
interface End {
  cluster: RunningCluster | undefined;
  /** Hands signals on to a command: that ends first. */
  pass: ((signal: NodeJS.Signals) => void) | undefined;
}

/**
 * SIGTERM and SIGINT end the cluster in order: also as process 1, which gets no default handlers, and also while it
 * starts, when there is nothing to end yet. So does the end of standard input, if it is told to: no signal comes from
 * a program that was killed, and none passes through `npx`.
 */
function endOnSignals(withStdin: boolean, hasCommand: boolean): End {
  const end: End = { cluster: undefined, pass: undefined };
  let ending = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (end.pass) {
      end.pass(signal);
      return;
    }
    if (ending) process.exit(1); // asked twice
    ending = true;
    Promise.resolve(end.cluster?.stop()).then(
      // A command that was never run has not succeeded.
      () => process.exit(hasCommand ? signalCode(signal) : 0),
      (error: unknown) => {
        process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (hasCommand) process.on('SIGHUP', onSignal);
  const onInput = (): void => onSignal('SIGTERM');
  if (withStdin) process.stdin.once('end', onInput).once('error', onInput).resume();
  return end;
}
