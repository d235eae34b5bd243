/** From what a cluster is started with to what its parts are put together by. */
import type { AssemblyOptions } from './cluster/assembly.ts';
import { keysOf } from './cluster/identity.ts';
import { auditOf, type StartOptions } from './start-options.ts';
import { type History, USUAL_HISTORY } from './storage/history.ts';

const NODES = 2;

export const nodesOf = ({ nodes = NODES }: StartOptions): number => nodes;

/** How much of what happened is kept. */
export const historyOf = ({
  historyEvents: events = USUAL_HISTORY.events,
  historyAgeMs: ageMs = USUAL_HISTORY.ageMs,
}: StartOptions): History => ({ events, ageMs });

/** Everything that does not depend on the process. @param name of a virtual cluster @throws Error for wrong options */
export function assemblyOptionsOf(options: StartOptions, name: string | undefined) {
  const { tokenFile, authentication, authorization, authorizationModes } = options;
  return {
    kubernetesVersion: options.kubernetesVersion,
    dataDir: options.dataDir,
    storage: options.storage,
    etcd: options.etcd,
    compactAfter: options.compactAfter,
    history: historyOf(options),
    tlsNames: options.tlsNames ?? [],
    identity: keysOf(options, name),
    authentication: { ...authentication, ...(tokenFile !== undefined && { tokenFile }) },
    nodes: nodesOf(options),
    leavesPodRanges: options.clusterCidr !== undefined || options.nodeCidrMaskSizeIpv4 !== undefined,
    serviceClusterIpRange: options.serviceClusterIpRange,
    storageClass: options.storageClass,
    port: options.port ?? 0,
    strict: options.strict ?? false,
    simulatedMetrics: options.simulatedMetrics ?? false,
    authorization: { ...authorization, ...(authorizationModes && { modes: authorizationModes }) },
    audit: auditOf(options),
    journalLevel: options.journalLevel,
    admissionPlugins: {
      enable: options.enableAdmissionPlugins ?? [],
      disable: options.disableAdmissionPlugins ?? [],
    },
    admissionConfigFile: options.admissionControlConfigFile,
  } satisfies Partial<AssemblyOptions>;
}
