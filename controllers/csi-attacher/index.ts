/**
 * Plays the external attacher of every CSI driver, for simulated nodes: what is to be attached is attached at once. It
 * writes what github.com/kubernetes-csi/external-attacher does, in its order.
 */

import { rfc3339 } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import { isSimulated } from '../../server/kube/simulated-node.ts';
import type { CSINode, Node, PersistentVolume, VolumeAttachment } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { ATTACHMENTS } from '../lib/volumes/attachable.ts';
import { withFinalizer, withoutFinalizer } from '../lib/volumes/finalizers.ts';
import { VOLUMES } from '../lib/volumes/matching.ts';

const NODES = 'v1/nodes';
const CSI_NODES = 'storage.k8s.io/v1/csinodes';
const NODE_ID = 'csi.alpha.kubernetes.io/node-id';

/** By it our attachments are known when their nodes are gone. */
const AGENT = 'fauxkube-csi-attacher';

type Attachment = Frozen<VolumeAttachment>;
type Volume = Frozen<PersistentVolume>;

export const controller: ControllerDefinition = {
  name: 'csi-attacher-controller',
  account: 'csi-attacher',
  agent: AGENT,
  // Drivers bring accounts of their own; no role of upstream's is for them.
  user: { name: 'csi-attacher', groups: ['system:masters', 'system:authenticated'] },
  watches: [
    self(ATTACHMENTS),
    { resource: ATTACHMENTS, keys: (attachment) => [volumeKey(attachment as Attachment)] },
    { resource: VOLUMES, keys: (volume) => (isKept(volume as Volume) ? [keyOf(volume)] : []) },
  ],
  reads: [NODES, CSI_NODES],
  async reconcile(key, env) {
    const attachment = env.lister<VolumeAttachment>(ATTACHMENTS).get(key);
    if (attachment && isOurs(attachment, env)) await sync(attachment, env);
    const volume = env.lister<PersistentVolume>(VOLUMES).get(key);
    if (volume && isKept(volume)) await release(volume, env);
    return undefined;
  },
};

const volumeKey = ({ spec }: Attachment): Key => ({ namespace: '', name: spec.source.persistentVolumeName ?? '' });

/** The name of a driver as a finalizer can have it (SanitizeDriverName). */
function finalizerOf(driver: string): string {
  const name = driver.replace(/[^a-zA-Z0-9-]/g, '-');
  return `external-attacher/${name}${name.endsWith('-') ? 'X' : ''}`;
}

/** Whether a volume that is deleted waits until it is attached nowhere. */
function isKept({ metadata, spec }: Volume): boolean {
  const finalizer = spec.csi && finalizerOf(spec.csi.driver);
  return (
    metadata.deletionTimestamp !== undefined && finalizer !== undefined && !!metadata.finalizers?.includes(finalizer)
  );
}

/** Real nodes have real drivers. */
function isOurs({ metadata, spec }: Attachment, env: ControllerEnv): boolean {
  const node = env.lister<Node>(NODES).get({ namespace: '', name: spec.nodeName });
  return node ? isSimulated(node) : isManagedBy(metadata.managedFields);
}

function isManagedBy(entries: Attachment['metadata']['managedFields']): boolean {
  return (
    (entries as readonly { readonly manager?: string }[] | undefined)?.some(({ manager }) => manager === AGENT) ?? false
  );
}

async function sync(attachment: Attachment, env: ControllerEnv): Promise<void> {
  const { metadata, status } = attachment;
  if (metadata.deletionTimestamp !== undefined) return detach(attachment, env);
  if (status.attached) return;
  const volume = env.lister<PersistentVolume>(VOLUMES).get(volumeKey(attachment));
  if (volume?.spec.csi?.driver === attachment.spec.attacher) await attach(attachment, volume, env);
}

async function attach(attachment: Attachment, volume: Volume, env: ControllerEnv): Promise<void> {
  const { metadata, spec } = attachment;
  const key = keyOf(attachment);
  if (volume.metadata.deletionTimestamp !== undefined) {
    const message = `PersistentVolume ${goQuote(volume.metadata.name ?? '')} is marked for deletion`;
    if (attachment.status.attachError?.message === message) return;
    const attachError = { time: rfc3339(env.clock.now()), message };
    await env.client.patch(ATTACHMENTS, key, 'merge', { status: { attachError } }, 'status');
    return;
  }
  const finalizer = finalizerOf(spec.attacher);
  if (!volume.metadata.finalizers?.includes(finalizer))
    await env.client.update(VOLUMES, withFinalizer(volume, finalizer));
  const id = nodeId(attachment, env);
  if (!metadata.finalizers?.includes(finalizer) || getOwn(metadata.annotations, NODE_ID) !== id) {
    const { finalizers = [] } = withFinalizer(withoutFinalizer(attachment, finalizer), finalizer).metadata;
    await env.client.patch(ATTACHMENTS, key, 'merge', { metadata: { annotations: { [NODE_ID]: id }, finalizers } });
  }
  await env.client.patch(ATTACHMENTS, key, 'merge', { status: { attached: true, attachError: null } }, 'status');
}

/** What the driver calls the node. */
function nodeId({ spec }: Attachment, env: ControllerEnv): string {
  const node = env.lister<CSINode>(CSI_NODES).get({ namespace: '', name: spec.nodeName });
  return node?.spec.drivers?.find(({ name }) => name === spec.attacher)?.nodeID ?? spec.nodeName;
}

/** The finalizer goes first: without it, nobody asks again whether the volume is gone from the node. */
async function detach(attachment: Attachment, env: ControllerEnv): Promise<void> {
  const { finalizers = [], resourceVersion = '' } = attachment.metadata;
  const finalizer = finalizerOf(attachment.spec.attacher);
  if (!finalizers.includes(finalizer)) return;
  const left = finalizers.filter((other) => other !== finalizer);
  const key = keyOf(attachment);
  await env.client.patch(ATTACHMENTS, key, 'merge', { metadata: { finalizers: left, resourceVersion } });
  if (left.length === 0) return;
  const status = { attached: false, detachError: null, attachmentMetadata: null };
  try {
    await env.client.patch(ATTACHMENTS, key, 'merge', { status }, 'status');
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

async function release(volume: Volume, env: ControllerEnv): Promise<void> {
  const { name } = volume.metadata;
  const attachments = env.lister<VolumeAttachment>(ATTACHMENTS).list();
  if (attachments.some(({ spec }) => spec.source.persistentVolumeName === name)) return;
  await env.client.update(VOLUMES, withoutFinalizer(volume, finalizerOf(volume.spec.csi?.driver ?? '')));
}
