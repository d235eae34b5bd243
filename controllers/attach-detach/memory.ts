import type { Cancel } from '../../server/base/clock.ts';
import type { Node, VolumeAttachment } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { ATTACHMENTS } from '../lib/volumes/attachable.ts';
import { Attachments } from './attachments.ts';
import { Operations } from './operations.ts';

const NODES = 'v1/nodes';

/** What a running controller knows and no object says. All of it may be lost. */
export class Memory {
  readonly attachments: Attachments;
  readonly operations = new Operations();
  /** Since when nobody needs what a node has, by `NODE/VOLUME`. */
  readonly unwantedSinceMs = new Map<string, number>();
  /** What nodes that are gone said last that they use. */
  readonly lastInUse = new Map<string, readonly string[]>();
  /** Volumes whose pods were told that they are on another node, by node. */
  readonly #told = new Map<string, Set<string>>();
  readonly #env: ControllerEnv;

  constructor(env: ControllerEnv) {
    this.#env = env;
    this.attachments = new Attachments(env);
  }

  /** Follows attachments and nodes from now on. */
  start(): Cancel {
    const cancels = [
      this.#env.onChange<VolumeAttachment>(ATTACHMENTS, (change) => this.attachments.seen(change)),
      this.#env.onChange<Node>(NODES, ({ before, now }) => {
        const name = (now ?? before)?.metadata.name ?? '';
        if (now) this.lastInUse.delete(name);
        else if (this.attachments.hasAny(name)) this.lastInUse.set(name, before?.status.volumesInUse ?? []);
      }),
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  /** Forgets what was told about volumes that a node needs no more. */
  keepReports(node: string, wanted: ReadonlyMap<string, unknown>): void {
    const told = this.#told.get(node);
    for (const volume of told ?? []) if (!wanted.has(volume)) told?.delete(volume);
    if (told?.size === 0) this.#told.delete(node);
  }

  /** @returns whether nobody has been told yet that a volume which a node needs is on another */
  reportOnce(node: string, volume: string): boolean {
    const told = this.#told.get(node) ?? new Set();
    if (told.has(volume)) return false;
    this.#told.set(node, told.add(volume));
    return true;
  }

  /** Nodes that say of themselves that they have a volume. */
  reportedBy(uniqueName: string): string[] {
    const nodes = this.#env.lister<Node>(NODES).list();
    return nodes
      .filter(({ status }) => status.volumesAttached?.some(({ name }) => name === uniqueName))
      .map(({ metadata }) => metadata.name ?? '');
  }
}
