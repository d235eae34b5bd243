/** Makes the controllers of a cluster: all of them, knowing nothing yet. */
import { createControllers } from '../controllers/index.ts';
import type { SimulatedNodes } from '../controllers/kubelet/simulated-nodes.ts';
import { createStages } from '../controllers/kubelet/stages/index.ts';
import type { ControllerDefinition } from '../controllers/lib/controller.ts';
import { ControllerManager, serviceAccountUser } from '../controllers/lib/manager.ts';
import type { Assembly } from './cluster/assembly.ts';
import { LocalTransport } from './cluster/local-transport.ts';
import type { InstanceParts } from './instance-parts.ts';
import { expressionWarnings } from './registry/policy-types.ts';
import { createDeviceMatcher } from './schema/cel/devices/match.ts';
import { podTemplateHash } from './schema/hash/pod-template-hash.ts';
import { isEnabled, type StartOptions } from './start-options.ts';

export interface ManagerParts extends Pick<InstanceParts, 'options' | 'clock' | 'random' | 'log' | 'ingressPoint'> {
  readonly assembly: Assembly;
  readonly kubelet: ControllerDefinition | undefined;
  readonly simulatedNodes: SimulatedNodes;
}

/** Whoever lets nodes in by token wants tokens to end, and `cluster-info` to be signed with them. */
function enabledControllers({ controllers = [], authentication }: StartOptions): readonly string[] {
  const isAll = controllers.every((entry) => entry.startsWith('-')) || controllers.includes('*');
  if (!authentication?.enableBootstrapTokenAuth || !isAll) return controllers;
  return [...controllers, '*', 'bootstrap-signer', 'token-cleaner'];
}

export function createManager(parts: ManagerParts): ControllerManager {
  const { options, clock, random, log, ingressPoint, kubelet, simulatedNodes } = parts;
  const { cluster, pki, tokens, metrics } = parts.assembly;
  const { extraControllers = [] } = options;
  const guests = new Set(extraControllers.map(({ user, account }) => (user ?? serviceAccountUser(account)).name));
  const enabled = enabledControllers(options);
  return new ControllerManager({
    definitions: [
      ...createControllers({
        caCertificate: pki.servingCa,
        ingressPoint: ingressPoint(),
        issueToken: (account, secretName) => tokens.issueLegacy(account, secretName),
        loadBalancerCidr: options.loadBalancerCidr,
        matchDevice: createDeviceMatcher(),
        metrics,
        signCertificate: pki.signRequest,
        checkPolicy: (policy) => expressionWarnings(policy, cluster.catalog),
        podRanges: options,
      }),
      ...(kubelet ? [kubelet] : []),
      createStages(simulatedNodes),
      ...extraControllers,
    ],
    transport: (user, agent) => new LocalTransport(cluster.pipeline, user, agent, !guests.has(user.name)),
    clock,
    random,
    activity: cluster.activity,
    log,
    enabled: (name) => isEnabled(name, enabled),
    hashTemplate: (template, count) => podTemplateHash(template, count, cluster.catalog.table),
    lacks: (resource) => cluster.catalog.table.lacks(resource),
  });
}
