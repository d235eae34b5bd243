/** A fake kubelet for every node of the cluster: pods that are bound to one run, as far as anybody can see. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { KwokObjects } from '../../server/kube/kwok-objects.ts';
import type { NodeConnector } from '../../server/kube/node-connector.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import { noAnswers, noUpstreams, type PodAnswers, type Upstreams } from '../../server/kube/pod-answers.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv, Watched } from '../lib/controller.ts';
import { ATTACHABLE_READS, mayNeedAttaching } from '../lib/volumes/attachable.ts';
import { CLAIMS } from '../lib/volumes/matching.ts';
import { Kubelet, type KubeletOptions } from './kubelet.ts';
import { NETWORK_READS } from './network/informed-objects.ts';
import { NodeAgent, nodeUser } from './node-agent.ts';
import { CERTIFICATE_REQUESTS } from './pod-certificates.ts';
import { REFERRED, TRUST_BUNDLES } from './pod-references.ts';
import { ImageFamilies } from './runtime/image-families.ts';
import { type ImageFamily, parseImageFamily } from './runtime/image-family.ts';
import { denialOf } from './runtime/outside/pod-upstreams.ts';
import { SimulatedRuntime } from './runtime/simulated-runtime.ts';
import type { SimulatedNodes } from './simulated-nodes.ts';
import { isNodeExpansionDue } from './volume-expansion.ts';

/** A file that says what images of a kind do, parsed: see {@link parseImageFamily}. */
export interface BehaviourFile {
  readonly file: string;
  readonly value: unknown;
  /** Whether somebody has given it, so that it is none of the package. */
  readonly isGiven: boolean;
}

/** What whoever runs the cluster wants of its kubelets. */
export interface KubeletWishes extends Omit<KubeletOptions, 'manages' | 'answers'> {
  /** What answers for pods instead of their programs; nobody unless given. */
  readonly answers?: PodAnswers;
  /** Servers that behaviours of pods may lead to; none unless given. */
  readonly upstreams?: Upstreams;
}

/** Whether a volume is gone, or was recycled: the next claim finds nothing in it. */
function isEmptied(before: Frozen<PersistentVolume>, now: Frozen<PersistentVolume> | undefined): boolean {
  if (now?.metadata.uid !== before.metadata.uid) return true;
  const { claimRef, persistentVolumeReclaimPolicy } = now?.spec ?? {};
  return persistentVolumeReclaimPolicy === 'Recycle' && before.spec.claimRef !== undefined && claimRef === undefined;
}

/**
 * @param version of Kubernetes, which nodes report
 * @param simulated nodes: pods of others are left alone
 * @param behaviours reads what images do, once, when the first pod needs it
 * @param kwok objects of kwok that say how pods behave
 * @returns the controller, and the door to the pods that it runs
 */
export function createKubelet(
  version: string,
  simulated: SimulatedNodes,
  { upstreams = noUpstreams, answers = noAnswers, ...options }: KubeletWishes,
  behaviours: () => Promise<readonly BehaviourFile[]>,
  kwok: KwokObjects = () => [],
): {
  readonly controller: ControllerDefinition;
  readonly nodes: NodeConnector;
  /** What pods were told, for whoever brings an earlier state back. */
  readonly memory: Pick<Kubelet, 'told' | 'tellAgain' | 'restart'>;
  /** Reads the behaviours now. @throws Error when one of them is wrong */
  readonly prepare: () => Promise<void>;
} {
  let runtime: Promise<SimulatedRuntime> | undefined;
  const makeRuntime = async (): Promise<SimulatedRuntime> =>
    new SimulatedRuntime(
      new ImageFamilies(
        (await behaviours()).map((each) => allowed(parseImageFamily(each.value, each.file, each.isGiven), each)),
      ),
      { kwok, upstreams },
    );
  const allowed = (family: ImageFamily, { file }: BehaviourFile): ImageFamily => {
    const denied = family.upstreams.find(({ upstream }) => !upstreams.allows(upstream));
    if (denied) throw new Error(`${file}: upstreams: ${denialOf(denied.upstream)}`);
    return family;
  };
  const runtimeOnce = (): Promise<SimulatedRuntime> => {
    runtime ??= makeRuntime();
    return runtime;
  };
  const kubelet = new Kubelet(
    {
      ...options,
      answers,
      manages: (node) => simulated.runsPods(node),
      stages: (node) => simulated.runs(node) && !simulated.runsPods(node),
    },
    runtimeOnce,
  );
  const agent = new NodeAgent(version, simulated, options.events === 'all');
  const awaited = (resource: Watched['resource']): Watched => ({
    resource,
    keys: ({ metadata }) => kubelet.waitingIn(metadata.namespace ?? ''),
  });
  const growing = (claim: Frozen<PersistentVolumeClaim>, env: ControllerEnv): Key[] => {
    if (!isNodeExpansionDue(claim)) return [];
    return env
      .lister<Pod>('v1/pods')
      .usingClaim(keyOf(claim))
      .map((pod) => kubelet.disturbed(keyOf(pod)));
  };
  const controller: ControllerDefinition = {
    name: 'kubelet',
    account: 'kubelet',
    agent: 'kubelet',
    user: nodeUser('kubelet'),
    concerns: (resource) => resource === 'pods' || resource === 'nodes',
    watches: [
      { resource: 'v1/pods', keys: (pod) => keysOfPod(pod as Frozen<Pod>) },
      {
        resource: 'v1/nodes',
        // Pods that were bound before their node was there, or before it had addresses or volumes for them, begin now.
        keys: (node, env) => [
          keyOf(node),
          ...env
            .lister<Pod>('v1/pods')
            .onNode(node.metadata.name ?? '')
            .filter(({ status }) => status.podIP === undefined)
            .map((pod) => kubelet.disturbed(keyOf(pod))),
        ],
      },
      { resource: CLAIMS, keys: (claim, env) => growing(claim as Frozen<PersistentVolumeClaim>, env) },
      awaited('v1/configmaps'),
      awaited('v1/secrets'),
      awaited('v1/persistentvolumeclaims'),
      awaited(CERTIFICATE_REQUESTS),
      awaited(TRUST_BUNDLES),
    ],
    reads: ['coordination.k8s.io/v1/leases', ...new Set([...ATTACHABLE_READS, ...REFERRED, ...NETWORK_READS])],
    workers: 32,
    start: (env) => {
      const cancels = [
        agent.start(env),
        answers.onChange((isMeant) => {
          for (const pod of env.lister<Pod>('v1/pods').list())
            if (isMeant(pod)) env.enqueue(kubelet.reanswered(keyOf(pod)));
        }),
        env.onChange<PersistentVolume>('v1/persistentvolumes', ({ before, now }) => {
          if (before && isEmptied(before, now)) kubelet.forgetVolume(before.metadata.uid ?? '');
        }),
      ];
      return () => {
        for (const cancel of cancels) cancel();
      };
    },
    // Only nodes have no namespace.
    reconcile: (key, env) => {
      if (key.namespace !== '') return kubelet.reconcile(key, env);
      if (!env.lister('v1/nodes').get(key)) kubelet.forgetNode(key.name);
      return agent.reconcile(key.name, env);
    },
  };
  const prepare = async (): Promise<void> => {
    await runtimeOnce();
  };
  const nodes: NodeConnector = {
    pod: (key) => kubelet.running(key),
    present: (key) => kubelet.present(key),
    past: (key) => kubelet.past(key),
    manages: (node) => simulated.runs(node),
  };
  return { controller, nodes, memory: kubelet, prepare };
}

/** A pod with volumes that are attached also changes what its node reports to use. */
function keysOfPod(pod: Frozen<Pod>): Key[] {
  const { nodeName } = pod.spec;
  if (!nodeName) return [];
  return mayNeedAttaching(pod) ? [keyOf(pod), { namespace: '', name: nodeName }] : [keyOf(pod)];
}
