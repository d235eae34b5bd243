/** What keeps a typing error in the options of `startCluster()` from passing in silence. */
import { LOG_LEVELS } from './base/log.ts';
import { nearOrAll } from './base/near-names.ts';
import { OptionError } from './base/option-error.ts';
import { timeMsOf } from './cluster/clock-texts.ts';
import { possibleTime } from './cluster/cluster-clock.ts';
import { etcdOf } from './cluster/etcd/etcd-options.ts';
import { JOURNAL_LEVELS } from './cluster/journal/journal.ts';
import { parseCidr } from './kube/ip-addresses.ts';
import { LIMITS } from './kube/limits.ts';
import { serviceRanges } from './kube/service-ranges.ts';
import { upstreamMatcher } from './kube/upstream-patterns.ts';
import { typesOf } from './schema/kubernetes-versions.ts';
import type { StartOptions } from './start-options.ts';

/** Every option, so that the compiler sees to it that none is forgotten. */
const KNOWN: Readonly<Record<keyof StartOptions | 'holdReady' | 'readFixtures', true>> = {
  host: true,
  port: true,
  httpPort: true,
  proxyPort: true,
  dnsPort: true,
  ingressPort: true,
  ingressTlsPort: true,
  insecureBind: true,
  tlsNames: true,
  corsOrigins: true,
  workers: true,
  dataDir: true,
  compactAfter: true,
  historyEvents: true,
  historyAgeMs: true,
  storage: true,
  etcd: true,
  fixtures: true,
  watchFixtures: true,
  initDir: true,
  podBehaviours: true,
  upstreams: true,
  kubeletEvents: true,
  kubernetesVersion: true,
  nodes: true,
  clusterCidr: true,
  nodeCidrMaskSizeIpv4: true,
  nodeCidrMaskSizeIpv6: true,
  serviceClusterIpRange: true,
  storageClass: true,
  loadBalancerCidr: true,
  simulatedMetrics: true,
  controllers: true,
  extraControllers: true,
  enableAdmissionPlugins: true,
  disableAdmissionPlugins: true,
  admissionControlConfigFile: true,
  seed: true,
  clock: true,
  freezeClock: true,
  logLevel: true,
  insecureAdmin: true,
  strict: true,
  tokenFile: true,
  authentication: true,
  auditPolicyFile: true,
  auditLogPath: true,
  auditWebhook: true,
  journalLevel: true,
  authorizationModes: true,
  authorization: true,
  holdReady: true,
  readFixtures: true,
};

/** Only the command line passes it, with what it has read itself: no option to offer to people. */
const UNNAMED = 'readFixtures' satisfies keyof typeof KNOWN;

/** As many as there are /24s for their pods. */
export const NODES_MAX = 8191;
export const PORT_MAX = 65535;

/**
 * Programs in JavaScript have no compiler that reads the types.
 *
 * @throws Error that names the option and what it has to be
 * @example
 * checkOptions({ nodes: -1 }); // nodes has to be a whole number from 0 to 8191, and is -1
 */
export function checkOptions(options: StartOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(KNOWN, name) || value === undefined) continue;
    const named = Object.keys(KNOWN).filter((known) => known !== UNNAMED);
    throw new Error(`there is no option ${JSON.stringify(name)}${nearOrAll(name, named)}`);
  }
  const { port, httpPort, proxyPort, dnsPort, ingressPort, ingressTlsPort } = options;
  for (const [name, value] of Object.entries({ port, httpPort, proxyPort, dnsPort, ingressPort, ingressTlsPort }))
    checkWhole(name, value, PORT_MAX);
  const { nodes, workers, seed, compactAfter, logLevel, loadBalancerCidr, upstreams = [] } = options;
  checkTypes({ ...options });
  upstreamMatcher(upstreams);
  if (options.storage !== undefined) etcdOf(options.storage, options.etcd);
  else if (options.etcd) throw new OptionError('etcd', ' needs storage: which etcd it is');
  checkWhole('nodes', nodes, NODES_MAX);
  checkWhole('workers', workers, LIMITS.workers);
  checkWhole('seed', seed, Number.MAX_SAFE_INTEGER);
  checkWhole('compactAfter', compactAfter, Number.MAX_SAFE_INTEGER, 1);
  checkWhole('historyEvents', options.historyEvents, LIMITS.historyEvents, 1);
  checkWhole('historyAgeMs', options.historyAgeMs, LIMITS.historyMs, 1);
  if (loadBalancerCidr !== undefined && !parseCidr(loadBalancerCidr))
    throw new OptionError(
      'loadBalancerCidr',
      ` has to be a block such as 172.18.255.0/24, and is ${JSON.stringify(loadBalancerCidr)}`,
    );
  const { journalLevel } = options;
  if (journalLevel !== undefined && !JOURNAL_LEVELS.includes(journalLevel))
    throw new OptionError(
      'journalLevel',
      ` has to be one of ${JOURNAL_LEVELS.join(', ')}, and is ${JSON.stringify(journalLevel)}`,
    );
  if (options.freezeClock !== undefined && options.clock !== undefined)
    throw new Error('clock and freezeClock cannot be had together: whoever made the clock stops it');
  frozenAtOf(options);
  serviceRanges(options.serviceClusterIpRange);
  typesOf(options.kubernetesVersion);
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel))
    throw new OptionError('logLevel', ` has to be one of ${LOG_LEVELS.join(', ')}, and is ${JSON.stringify(logLevel)}`);
}

/** Where the clock stands at first, if it does. @throws Error when that is no time */
export function frozenAtOf({ freezeClock }: StartOptions): number | undefined {
  if (freezeClock === undefined) return undefined;
  try {
    return possibleTime(timeMsOf(freezeClock));
  } catch (error) {
    throw new OptionError('freezeClock', ` has to be a time such as 2026-01-01T00:00:00Z: ${(error as Error).message}`);
  }
}

function checkWhole(name: string, value: unknown, maximum: number, minimum = 0): void {
  if (value === undefined) return;
  if (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum) return;
  throw new OptionError(
    name,
    ` has to be a whole number from ${minimum} to ${maximum}, and is ${JSON.stringify(value)}`,
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Options of a type that says all; a text for a list would be read letter by letter. */
const TYPES: readonly [what: string, is: (value: unknown) => boolean, names: readonly (keyof typeof KNOWN)[]][] = [
  [
    'a list of texts',
    (value) => Array.isArray(value) && value.every(isText),
    [
      'insecureBind',
      'tlsNames',
      'corsOrigins',
      'fixtures',
      'podBehaviours',
      'upstreams',
      'controllers',
      'enableAdmissionPlugins',
      'disableAdmissionPlugins',
      'authorizationModes',
    ],
  ],
  ['a list', Array.isArray, ['extraControllers']],
  [
    'a text',
    isText,
    [
      'host',
      'dataDir',
      'storage',
      'initDir',
      'kubeletEvents',
      'clusterCidr',
      'serviceClusterIpRange',
      'storageClass',
      'admissionControlConfigFile',
      'tokenFile',
      'auditPolicyFile',
      'auditLogPath',
    ],
  ],
  [
    'true or false',
    (value) => typeof value === 'boolean',
    ['watchFixtures', 'simulatedMetrics', 'insecureAdmin', 'strict', 'holdReady'],
  ],
];

function checkTypes(options: Readonly<Record<string, unknown>>): void {
  for (const [what, is, names] of TYPES)
    for (const name of names) {
      const value = options[name];
      if (value !== undefined && !is(value))
        throw new OptionError(name, ` has to be ${what}, and is ${JSON.stringify(value)}`);
    }
}
