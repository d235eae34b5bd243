import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Node, Pod, VolumeAttachment } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { ATTACHMENTS, type AttachableVolume, attachmentName, csiOfUniqueName } from '../lib/volumes/attachable.ts';
import type { Attachment } from './attachments.ts';
import type { Memory } from './memory.ts';
import { type Wanted, waitingForDetach, wantedOn } from './wanted.ts';

/** How long a volume may stay mounted on a node that is not ready before it is taken away from it. */
const UNMOUNT_MAX_MS = 6 * 60 * 1000;

const NODES = 'v1/nodes';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** One look at what a node has attached, and what it should have. */
export class NodePass {
  readonly #name: string;
  readonly #env: ControllerEnv;
  readonly #memory: Memory;
  readonly #nowMs: number;
  readonly #wanted: Map<string, Wanted>;
  #node: Frozen<Node> | undefined;
  /** What the node is told that it has. */
  readonly #reported: Set<string>;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(name: string, node: Frozen<Node> | undefined, memory: Memory, env: ControllerEnv) {
    this.#name = name;
    this.#node = node;
    this.#memory = memory;
    this.#env = env;
    this.#nowMs = env.clock.now();
    this.#wanted = node ? wantedOn(name, env) : new Map();
    this.#reported = new Set((node?.status.volumesAttached ?? []).map((attached) => attached.name));
  }

  /** Volumes go first, so that they can come to another node. */
  async run(): Promise<{ readonly againInMs: number } | undefined> {
    this.#memory.keepReports(this.#name, this.#wanted);
    await this.#detachUnwanted();
    for (const wanted of this.#wanted.values()) await this.#attach(wanted);
    await this.#report();
    return this.#wakeMs === Number.POSITIVE_INFINITY ? undefined : { againInMs: this.#wakeMs };
  }

  async #detachUnwanted(): Promise<void> {
    const reported = [...this.#reported].map(csiOfUniqueName);
    const has = new Map<string, Attachment | undefined>([...this.#reported].map((name) => [name, undefined]));
    for (const attachment of this.#memory.attachments.onNode(this.#name)) {
      const uniqueName = this.#memory.attachments.uniqueName(attachment, reported);
      if (uniqueName !== undefined) has.set(uniqueName, attachment);
    }
    for (const [uniqueName, attachment] of has) {
      const id = `${this.#name}/${uniqueName}`;
      if (this.#wanted.has(uniqueName)) this.#memory.unwantedSinceMs.delete(id);
      else if (attachment?.metadata.deletionTimestamp === undefined) await this.#detach(id, uniqueName, attachment);
    }
  }

  async #detach(id: string, uniqueName: string, attachment: Attachment | undefined): Promise<void> {
    const { unwantedSinceMs } = this.#memory;
    const sinceMs = unwantedSinceMs.get(id) ?? this.#nowMs;
    unwantedSinceMs.set(id, sinceMs);
    const leftMs = sinceMs + UNMOUNT_MAX_MS - this.#nowMs;
    const isForced = (leftMs <= 0 && !this.#isReady()) || this.#isOutOfService();
    if (!isForced && this.#isMounted(uniqueName)) {
      if (leftMs > 0) this.#wakeIn(leftMs);
      return;
    }
    this.#reported.delete(uniqueName);
    await this.#report();
    // Somebody may have begun to use it meanwhile.
    if (!isForced && this.#node && this.#isMounted(uniqueName)) return void this.#reported.add(uniqueName);
    unwantedSinceMs.delete(id);
    if (attachment) await this.#delete(attachment);
  }

  async #delete({ metadata: { name = '', uid = '' } }: Attachment): Promise<void> {
    this.#memory.operations.end(name);
    try {
      await this.#env.client.delete(ATTACHMENTS, { namespace: '', name }, { uid });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }

  async #attach({ volume, pods }: Wanted): Promise<void> {
    const { csi, uniqueName } = volume;
    const { attachments, operations } = this.#memory;
    const id = csi ? attachmentName(csi.driver, csi.handle, this.#name) : `${this.#name}/${uniqueName}`;
    let attachment = csi && attachments.get(id);
    // It is on its way out, and comes again when it is gone.
    if (attachment?.metadata.deletionTimestamp !== undefined) return;
    if (attachment?.status.attached) return this.#attached(id, volume, pods);
    if (!volume.isShareable && !attachment && this.#isElsewhere(volume, pods)) return;
    if (!csi) return this.#attached(id, volume, pods);
    operations.begin(id, this.#nowMs);
    attachment ??= await this.#create(id, volume.name, csi.driver);
    if (attachment.status.attached) return this.#attached(id, volume, pods);
    if (operations.isPending(id)) {
      const { driver, handle } = csi;
      const late = `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${handle}`;
      const failure = attachment.status.attachError?.message ?? (operations.isLate(id, this.#nowMs) ? late : undefined);
      if (failure !== undefined) {
        operations.fail(id, this.#nowMs);
        const message = `AttachVolume.Attach failed for volume "${volume.name}" : ${failure}`;
        for (const pod of pods) this.#env.event(pod, 'Warning', 'FailedAttachVolume', message);
      }
    }
    this.#wakeIn(operations.leftMs(id, this.#nowMs));
  }

  #attached(id: string, { uniqueName, name }: AttachableVolume, pods: readonly Frozen<Pod>[]): void {
    this.#memory.operations.end(id);
    if (this.#reported.has(uniqueName)) return;
    this.#reported.add(uniqueName);
    const message = `AttachVolume.Attach succeeded for volume "${name}" `;
    for (const pod of pods) this.#env.event(pod, 'Normal', 'SuccessfulAttachVolume', message);
  }

  async #create(name: string, persistentVolumeName: string, attacher: string): Promise<Attachment> {
    const spec = { attacher, nodeName: this.#name, source: { persistentVolumeName } };
    try {
      const attachment = await this.#env.client.create<VolumeAttachment>(ATTACHMENTS, {
        metadata: { name },
        spec,
      } as VolumeAttachment);
      this.#memory.attachments.wrote(attachment);
      return attachment;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
      return this.#env.client.get<VolumeAttachment>(ATTACHMENTS, { namespace: '', name });
    }
  }

  /** Whether a volume for one node is on another. Who waits for it is told once, unless that is about to change. */
  #isElsewhere(volume: AttachableVolume, pods: readonly Frozen<Pod>[]): boolean {
    const others = volume.csi
      ? this.#memory.attachments.ofVolume(volume.name).filter(({ spec }) => spec.nodeName !== this.#name)
      : [];
    const nodes = volume.csi
      ? others.map(({ spec }) => spec.nodeName)
      : this.#memory.reportedBy(volume.uniqueName).filter((node) => node !== this.#name);
    if (nodes.length === 0) return false;
    const isSettled = others.every(
      ({ metadata: { name = '', deletionTimestamp } }) =>
        deletionTimestamp === undefined && !this.#memory.operations.isPending(name),
    );
    if (isSettled && this.#memory.reportOnce(this.#name, volume.uniqueName)) {
      const users = nodes.flatMap((node) => this.#usersOn(node, volume));
      for (const pod of pods)
        this.#env.event(pod, 'Warning', 'FailedAttachVolume', waitingForDetach(pod, volume.name, users));
    }
    return true;
  }

  #usersOn(node: string, { uniqueName }: AttachableVolume): readonly Frozen<Pod>[] {
    return wantedOn(node, this.#env).get(uniqueName)?.pods ?? [];
  }

  /** Tells the node what it has, when that is news. */
  async #report(): Promise<void> {
    if (!this.#node) return;
    const before = this.#node.status.volumesAttached ?? [];
    if (before.length === this.#reported.size && before.every(({ name }) => this.#reported.has(name))) return;
    const volumesAttached = [...this.#reported].map(
      (name) => before.find((attached) => attached.name === name) ?? { name, devicePath: '' },
    );
    const status = { volumesAttached: volumesAttached.length > 0 ? volumesAttached : null };
    const key = { namespace: '', name: this.#name };
    this.#node = await this.#env.client.patch<Node>(NODES, key, 'strategic', { status }, 'status');
  }

  #isReady(): boolean {
    return this.#node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  }

  #isOutOfService(): boolean {
    return this.#node?.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false;
  }

  /** Whether a kubelet has a volume mounted. Of a node that is gone counts what it said last. */
  #isMounted(uniqueName: string): boolean {
    if (this.#node) return this.#node.status.volumesInUse?.includes(uniqueName) ?? false;
    return this.#memory.lastInUse.get(this.#name)?.includes(uniqueName) ?? true;
  }

  #wakeIn(ms: number): void {
    this.#wakeMs = Math.min(this.#wakeMs, ms);
  }
}
