/** Brings volumes to the nodes whose pods need them: k8s.io/kubernetes/pkg/controller/volume/attachdetach. */
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttachment,
} from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { ATTACHMENTS, DRIVERS, isAttachManaged, mayNeedAttaching } from '../lib/volumes/attachable.ts';
import { CLAIMS, VOLUMES } from '../lib/volumes/matching.ts';
import { Memory } from './memory.ts';
import { NodePass } from './node-pass.ts';

const NODES = 'v1/nodes';

/**
 * Works node by node: makes VolumeAttachments for what its pods need, waits until somebody has attached them, tells the
 * node, and takes away what no pod needs and the kubelet does not use any more.
 */
export function createAttachDetach(): ControllerDefinition {
  let memory: Memory | undefined;
  return {
    name: 'persistentvolume-attach-detach-controller',
    queue: 'pvcs',
    account: 'attachdetach-controller',
    concerns: (resource) => resource === 'volumeattachments.storage.k8s.io',
    watches: [
      { resource: PODS, keys: (pod) => nodesOf([pod as Frozen<Pod>]) },
      { resource: CLAIMS, keys: (claim, env) => nodesOfClaim(claim as Frozen<PersistentVolumeClaim>, env) },
      { resource: VOLUMES, keys: (volume, env) => nodesOfVolume(volume as Frozen<PersistentVolume>, env) },
      {
        resource: ATTACHMENTS,
        keys: (attachment, env) => nodesOfAttachment(attachment as Frozen<VolumeAttachment>, env),
      },
      {
        resource: NODES,
        keys: (node, env) => (isInvolved(node as Frozen<Node>, memory, env) ? [keyOf(node)] : []),
      },
      { resource: DRIVERS, keys: (_, env) => nodesOf(env.lister<Pod>(PODS).list()) },
    ],
    // One after the other: a volume for one node must never go to two of them.
    workers: 1,
    objectOf: (key, env) => env.lister<Node>(NODES).get(key),
    start(env) {
      memory = new Memory(env);
      return memory.start();
    },
    async reconcile(key, env) {
      const node = env.lister<Node>(NODES).get(key);
      if (!memory || (node && !isAttachManaged(node))) return undefined;
      return new NodePass(key.name, node, memory, env).run();
    },
  };
}

const nodeKey = (name: string): Key => ({ namespace: '', name });

/** The nodes of pods that may need volumes. */
function nodesOf(pods: readonly Frozen<Pod>[]): Key[] {
  const names = new Set<string>();
  for (const pod of pods) if (pod.spec.nodeName && mayNeedAttaching(pod)) names.add(pod.spec.nodeName);
  return [...names].map(nodeKey);
}

function nodesOfClaim(claim: Frozen<PersistentVolumeClaim>, env: ControllerEnv): Key[] {
  return claim.status.phase === 'Bound' ? nodesOf(env.lister<Pod>(PODS).usingClaim(keyOf(claim))) : [];
}

function nodesOfVolume({ spec }: Frozen<PersistentVolume>, env: ControllerEnv): Key[] {
  const { namespace = '', name = '' } = spec.claimRef ?? {};
  return name === '' ? [] : nodesOf(env.lister<Pod>(PODS).usingClaim({ namespace, name }));
}

/** Its own node, and those that may be waiting for the volume. */
function nodesOfAttachment({ spec }: Frozen<VolumeAttachment>, env: ControllerEnv): Key[] {
  const key = { namespace: '', name: spec.source.persistentVolumeName ?? '' };
  const volume = env.lister<PersistentVolume>(VOLUMES).get(key);
  return [nodeKey(spec.nodeName), ...(volume ? nodesOfVolume(volume, env) : [])];
}

/** Whether a node has volumes, or may need some. */
function isInvolved(node: Frozen<Node>, memory: Memory | undefined, env: ControllerEnv): boolean {
  const { volumesAttached = [], volumesInUse = [] } = node.status;
  const { name = '' } = node.metadata;
  if (volumesAttached.length > 0 || volumesInUse.length > 0 || memory?.attachments.hasAny(name)) return true;
  return env.lister<Pod>(PODS).onNode(name).some(mayNeedAttaching);
}
