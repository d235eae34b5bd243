import type { Frozen } from '../../server/base/freeze.ts';
import type { PersistentVolume, VolumeAttachment } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { Change } from '../lib/informer.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import { ATTACHMENTS, type AttachableVolume, attachmentName, csiUniqueName } from '../lib/volumes/attachable.ts';
import { VOLUMES } from '../lib/volumes/matching.ts';

export type Attachment = Frozen<VolumeAttachment>;

/**
 * VolumeAttachments by node and by volume, as the informer shows them and as the controller itself left them. Only
 * those that are named as this controller names them: what others make by hand is theirs.
 */
export class Attachments {
  readonly #env: ControllerEnv;
  readonly #own = new OwnWrites<VolumeAttachment>();
  /** Names by node and by persistent volume. */
  readonly #onNode = new Map<string, Set<string>>();
  readonly #ofVolume = new Map<string, Set<string>>();

  constructor(env: ControllerEnv) {
    this.#env = env;
  }

  /** To be told every change that the informer learns of. */
  seen(change: Change<VolumeAttachment>): void {
    this.#own.seen(change);
    const { before, now } = change;
    if (before && !now && !this.get(before.metadata.name ?? '')) this.#forget(before);
    if (now) this.#index(now);
  }

  wrote(attachment: Attachment): void {
    this.#own.wrote(attachment);
    this.#index(attachment);
  }

  get(name: string): Attachment | undefined {
    const key = { namespace: '', name };
    return this.#own.latest(name, this.#env.lister<VolumeAttachment>(ATTACHMENTS).get(key));
  }

  onNode(node: string): Attachment[] {
    return this.#named(this.#onNode.get(node));
  }

  hasAny(node: string): boolean {
    return this.#onNode.has(node);
  }

  /** Those of a persistent volume, on whatever node. */
  ofVolume(volumeName: string): Attachment[] {
    return this.#named(this.#ofVolume.get(volumeName));
  }

  /**
   * What a node calls the volume of an attachment.
   *
   * @param reported what the node calls volumes that it has: the persistent volume may be gone
   * @returns undefined when somebody else made the attachment
   */
  uniqueName({ metadata, spec }: Attachment, reported: readonly AttachableVolume['csi'][]): string | undefined {
    const key = { namespace: '', name: spec.source.persistentVolumeName ?? '' };
    const csi = this.#env.lister<PersistentVolume>(VOLUMES).get(key)?.spec.csi;
    for (const found of [csi && { driver: csi.driver, handle: csi.volumeHandle }, ...reported]) {
      if (found && attachmentName(found.driver, found.handle, spec.nodeName) === metadata.name)
        return csiUniqueName(found.driver, found.handle);
    }
    return undefined;
  }

  #named(names: ReadonlySet<string> | undefined): Attachment[] {
    return [...(names ?? [])].flatMap((name) => this.get(name) ?? []);
  }

  #index({ metadata: { name = '' }, spec }: Attachment): void {
    add(this.#onNode, spec.nodeName, name);
    add(this.#ofVolume, spec.source.persistentVolumeName ?? '', name);
  }

  #forget({ metadata: { name = '' }, spec }: Attachment): void {
    remove(this.#onNode, spec.nodeName, name);
    remove(this.#ofVolume, spec.source.persistentVolumeName ?? '', name);
  }
}

function add(index: Map<string, Set<string>>, value: string, name: string): void {
  const names = index.get(value);
  if (names) names.add(name);
  else index.set(value, new Set([name]));
}

function remove(index: Map<string, Set<string>>, value: string, name: string): void {
  const names = index.get(value);
  if (names?.delete(name) && names.size === 0) index.delete(value);
}
