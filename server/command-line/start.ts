import { existsSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { collectWhenIdle } from '../base/idle-collection.ts';
import type { LogLevel } from '../base/log.ts';
import { keysOf } from '../cluster/identity.ts';
import type { OpenPort } from '../http/plain-servers.ts';
import { type RunningCluster, startCluster } from '../index.ts';
import { type AuditFlags, auditOptionsOf } from './audit-flags.ts';
import { type AuthorizationFlags, authorizationOf } from './authorization-flags.ts';
import { authenticationOf, type IdentityFlags } from './identity-flags.ts';
import { kubeconfigNames, writeKubeconfigs } from './kubeconfigs.ts';
import { portInUse } from './port-in-use.ts';
import { USAGE_EXIT_CODE } from './usage.ts';

interface Flags extends IdentityFlags, AuthorizationFlags, AuditFlags {
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
  readonly kubeconfig: string[];
  readonly kubeconfigMode: number;
  readonly dataDir?: string;
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
  readonly logLevel: LogLevel;
  readonly insecureAdmin?: boolean;
  readonly strict?: boolean;
  readonly tokenAuthFile?: string;
  readonly stopWithStdin?: boolean;
}

/** `fauxkube start`: serves until the process is told to end. */
export async function startCommand(flags: Flags): Promise<void> {
  const clock = systemClock();
  const startedMs = clock.now();
  const end = endOnSignals(flags.stopWithStdin ?? false);
  try {
    const cluster = await start(flags);
    end.cluster = cluster;
    const [kubeconfig = ''] = writeKubeconfigs(cluster, flags.kubeconfig, flags.kubeconfigMode);
    cluster.ready();
    collectWhenIdle();
    // Standard output is the audit log's, if that goes there.
    const own = flags.auditLogPath === '-' ? process.stderr : process.stdout;
    own.write(readyText(cluster, kubeconfig, clock.now() - startedMs, flags));
  } catch (error) {
    // Nothing else may keep the process: a half-started server would only look like one.
    process.stderr.write(`${portInUse(error, flags) ?? `fauxkube: ${(error as Error).message}`}\n`);
    process.exit(USAGE_EXIT_CODE);
  }
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
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
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
    ...(flags.insecureAdmin && { insecureAdmin: true }),
    ...(flags.strict && { strict: true }),
    ...(flags.authorizationMode && { authorizationModes: flags.authorizationMode }),
    authorization: authorizationOf(flags),
    authentication: authenticationOf(flags),
    ...(flags.tokenAuthFile !== undefined && { tokenFile: flags.tokenAuthFile }),
    ...auditOptionsOf(flags),
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

function readyText(cluster: RunningCluster, kubeconfig: string, tookMs: number, flags: Flags): string {
  const lines = [
    `fauxkube is ready: Kubernetes ${cluster.kubernetesVersion} on ${cluster.url} (${Math.round(tookMs)} ms)`,
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

/**
 * SIGTERM and SIGINT end the cluster in order: also as process 1, which gets no default handlers, and also while it
 * starts, when there is nothing to end yet. So does the end of standard input, if it is told to: no signal comes from
 * a program that was killed, and none passes through `npx`.
 */
function endOnSignals(withStdin: boolean): { cluster: RunningCluster | undefined } {
  const end: { cluster: RunningCluster | undefined } = { cluster: undefined };
  let ending = false;
  const onSignal = (): void => {
    if (ending) process.exit(1); // asked twice
    ending = true;
    Promise.resolve(end.cluster?.stop()).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (withStdin) process.stdin.once('end', onSignal).once('error', onSignal).resume();
  return end;
}
