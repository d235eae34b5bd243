/** What a cluster can be started with: the same for the command line and for `startCluster()`. */

import type { ControllerDefinition } from '../controllers/lib/controller.ts';
import type { AuthorizationMode } from './auth/authorizers.ts';
import type { Clock } from './base/clock.ts';
import type { LogLevel } from './base/log.ts';
import { nearOrAll } from './base/near-names.ts';
import type { AuditOptions } from './cluster/audit-log.ts';
import type { AuditWebhookOptions } from './cluster/audit-webhook.ts';
import type { AuthenticationOptions } from './cluster/authenticators.ts';
import type { AuthorizationOptions } from './cluster/authorization.ts';
import type { EtcdOptions } from './cluster/etcd/etcd-options.ts';
import type { JournalLevel } from './cluster/journal/journal.ts';
import type { OpenPort } from './http/plain-servers.ts';

export interface StartOptions {
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** HTTPS; 0 picks a free port (the default for `startCluster()`). */
  readonly port?: number;
  /** Plain HTTP besides, on loopback. */
  readonly httpPort?: number;
  /** HTTP proxy to services and pods, on loopback. */
  readonly proxyPort?: number;
  /** The cluster's DNS by UDP and TCP, on loopback. */
  readonly dnsPort?: number;
  /** Plain HTTP to the services that Ingresses name, on loopback. */
  readonly ingressPort?: number;
  /** The same over TLS, with the certificates of the Ingresses, on loopback. */
  readonly ingressTlsPort?: number;
  /** Ports that ask nobody who they are, which may listen on `host` instead of loopback. */
  readonly insecureBind?: readonly OpenPort[];
  /** Names and addresses of the serving certificate besides the usual ones. */
  readonly tlsNames?: readonly string[];
  /** Origins whose programs in browsers may read answers: `http://localhost:5173`; `*` for any. */
  readonly corsOrigins?: readonly string[];
  /**
   * Threads that have the connections of the HTTPS port: TLS, HTTP and the bytes of answers and watches; 0 unless
   * given. See docs/workers.md.
   */
  readonly workers?: number;
  /** Keeps everything here; without it a cluster ends with its process. */
  readonly dataDir?: string;
  /** After how many writes the journal of `dataDir` is folded into its snapshot; 50,000 unless given. */
  readonly compactAfter?: number;
  /** How many changes are kept for watches that resume and lists at an earlier revision; 20,000 unless given. */
  readonly historyEvents?: number;
  /** For how long they are kept at most; five minutes unless given. */
  readonly historyAgeMs?: number;
  /**
   * Keeps everything in etcd, as a kube-apiserver does: `etcd://127.0.0.1:2379`, `etcds://user:password@a:2379,b:2379`.
   * `dataDir` then only holds certificates and keys, which are in etcd without it. See docs/etcd.md.
   */
  readonly storage?: string;
  /** How it is kept there, and how etcd is reached. */
  readonly etcd?: EtcdOptions;
  /** Files, folders, globs, kustomizations and Helm charts whose objects are there from the start. */
  readonly fixtures?: readonly string[];
  /** Brings what changes in their files into the cluster. */
  readonly watchFixtures?: boolean;
  /** A folder of manifests and JavaScript that run once at the start, after the fixtures. */
  readonly initDir?: string;
  /** Files and folders that say what images do, besides those of the package; theirs come first. */
  readonly podBehaviours?: readonly string[];
  /** Servers outside that behaviours of pods may lead to: `api:8080`, `*.internal:443`; none unless given. */
  readonly upstreams?: readonly string[];
  /**
   * Which Events kubelets write: `problems` (unless given) leaves out what happens to every pod, which is most of a
   * cluster's Events: Pulling, Pulled, Created, Started, and Killing at deletion.
   */
  readonly kubeletEvents?: 'all' | 'problems';
  /** Which Kubernetes it is: `1.31`, `v1.31.4`; the newest unless given. See docs/versions.md. */
  readonly kubernetesVersion?: string;
  /** How many nodes: node01, node02, …; 2 unless given. */
  readonly nodes?: number;
  /** Where pods get their addresses from, one range for each IP family: `10.244.0.0/16,fd00:10:244::/56`. */
  readonly clusterCidr?: string;
  /** How much of that a node gets; /24 and /64 unless given. */
  readonly nodeCidrMaskSizeIpv4?: number;
  readonly nodeCidrMaskSizeIpv6?: number;
  /** Where services get their addresses from, one range for each IP family: `10.96.0.0/12` unless given. */
  readonly serviceClusterIpRange?: string;
  /** A default storage class of this name, whose volumes are made at once; none unless given. */
  readonly storageClass?: string;
  /** Where services of type LoadBalancer get their addresses from: `172.18.255.0/24`; nowhere unless given. */
  readonly loadBalancerCidr?: string;
  /** Serves what pods use, to autoscalers and as metrics.k8s.io; without it nobody does. */
  readonly simulatedMetrics?: boolean;
  /**
   * Controllers to run, as kube-controller-manager's flag: `*`, `name`, `-name`. Only `-name`s mean all others; `-*`
   * means none.
   */
  readonly controllers?: readonly string[];
  /** Controllers of your own. */
  readonly extraControllers?: readonly ControllerDefinition[];
  /** Admission plugins that kube-apiserver has off by default: `NodeRestriction`. */
  readonly enableAdmissionPlugins?: readonly string[];
  /** Admission plugins that kube-apiserver has on by default: `ServiceAccount`. */
  readonly disableAdmissionPlugins?: readonly string[];
  /** What admission plugins are told: a file of upstream's kind `AdmissionConfiguration`, in YAML or JSON. */
  readonly admissionControlConfigFile?: string;
  /** Makes names, uids and choices repeat. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** A time such as `2026-01-01T00:00:00Z`, at which time stands still from the start on until somebody moves it. */
  readonly freezeClock?: string;
  readonly logLevel?: LogLevel;
  /** Opens `/-/` to programs on this machine without credentials. */
  readonly insecureAdmin?: boolean;
  /** Refuses clients what docs/fidelity.md calls approximate; requests from within the process are not refused. */
  readonly strict?: boolean;
  /** Bearer tokens in kube-apiserver's format: token,user,uid,"group,group". */
  readonly tokenFile?: string;
  /** How else users are known: see {@link AuthenticationOptions}. */
  readonly authentication?: Omit<AuthenticationOptions, 'tokenFile'>;
  /** Which requests are told of, and how much: upstream's `Policy`, in YAML or JSON. */
  readonly auditPolicyFile?: string;
  /** Where their events go, a line of JSON each; `-` for standard output. */
  readonly auditLogPath?: string;
  /** A server that is told of them, in lists: see {@link AuditWebhookOptions}. */
  readonly auditWebhook?: AuditWebhookOptions;
  /** How much is kept of requests for `requests`: `metadata` unless given; `request` keeps the bodies of writes. */
  readonly journalLevel?: JournalLevel;
  /** Who decides what users may do, in this order: `Node` and `RBAC` unless given. */
  readonly authorizationModes?: readonly AuthorizationMode[];
  /** How else permissions are decided: see {@link AuthorizationOptions}. */
  readonly authorization?: Omit<AuthorizationOptions, 'modes'>;
}

/**
 * Whether a controller runs.
 *
 * @example
 * isEnabled('deployment-controller', ['-deployment']) // false
 */
export function isEnabled(name: string, list: readonly string[]): boolean {
  const short = name.replace(/-controller$/, '');
  if (list.includes(`-${name}`) || list.includes(`-${short}`)) return false;
  if (list.includes(name) || list.includes(short)) return true;
  if (OFF_BY_DEFAULT.has(name)) return false;
  return list.includes('*') || (list.every((entry) => entry.startsWith('-')) && !list.includes('-*'));
}

/** kube-controller-manager runs these only by name (ControllersDisabledByDefault). */
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set(['bootstrap-signer-controller', 'token-cleaner-controller']);

/** @throws Error for a name in the list of controllers that no controller has */
export function checkNames(
  list: readonly string[],
  known: readonly { readonly name: string }[],
  flag = '--controllers',
): void {
  const names = known.map(({ name }) => name);
  for (const entry of list) {
    const name = entry.replace(/^-/, '');
    if (name === '*' || names.includes(name) || names.includes(`${name}-controller`)) continue;
    throw new Error(noSuchController(name, names, ` (${flag})`));
  }
}

/** What to say of a controller that there is not. */
export function noSuchController(name: string, known: readonly string[], where = ''): string {
  return `there is no controller ${JSON.stringify(name)}${where}${nearOrAll(name, known, '-controller')}`;
}

/** Where events of requests go, and which. @throws Error when one of the two is missing */
export function auditOf({ auditPolicyFile, auditLogPath, auditWebhook }: StartOptions): AuditOptions | undefined {
  const flag = auditLogPath !== undefined ? '--audit-log-path' : auditWebhook && '--audit-webhook-config-file';
  if (auditPolicyFile === undefined) {
    if (flag === undefined) return undefined;
    throw new Error(`${flag} needs --audit-policy-file: what is to be told`);
  }
  if (flag === undefined)
    throw new Error(
      '--audit-policy-file needs --audit-log-path or --audit-webhook-config-file: where it is to be told',
    );
  return {
    policyFile: auditPolicyFile,
    ...(auditLogPath !== undefined && { logPath: auditLogPath }),
    ...(auditWebhook && { webhook: auditWebhook }),
  };
}
