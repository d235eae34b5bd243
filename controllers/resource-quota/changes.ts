import { type Cancel, realOf } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type KubeObject, resourceName } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

/** A stream that broke begins anew after this. */
const RECONNECT_MS = 1000;

/** Told of what may have changed: a namespace, and the resource, unless nobody knows it. */
type Changed = (namespace: string, resource: string | undefined) => void;

/** Tells of changes that may change what is used of quotas. It listens only while there are quotas. */
export class Changes {
  readonly #env: ControllerEnv;
  readonly #changed: Changed;
  /** Resources by the kind and version of their objects. */
  #resources = new Map<string, string>();
  #cancel: Cancel | undefined;

  constructor(env: ControllerEnv, changed: Changed) {
    this.#env = env;
    this.#changed = changed;
  }

  follow(isWanted: boolean): void {
    if (isWanted) this.#cancel ??= this.#start();
    else {
      this.#cancel?.();
      this.#cancel = undefined;
    }
  }

  #start(): Cancel {
    void this.#learn();
    return this.#env.client.watchAll(
      { existing: false },
      {
        event: (type, object) => {
          if (object.kind === 'CustomResourceDefinition') void this.#learn();
          const { namespace } = object.metadata;
          if (namespace === undefined || (type === 'MODIFIED' && !mayMatter(object))) return;
          this.#changed(namespace, this.#resources.get(`${object.apiVersion}/${object.kind}`));
        },
        synced: () => undefined,
        end: () => {
          this.#cancel = realOf(this.#env.clock).schedule(RECONNECT_MS, () => {
            this.#cancel = this.#start();
          });
        },
      },
    );
  }

  async #learn(): Promise<void> {
    const served = await this.#env.client.resources();
    this.#resources = new Map(
      served.map(({ group, version, kind, resource }) => {
        const apiVersion = group === '' ? version : `${group}/${version}`;
        return [`${apiVersion}/${kind}`, resourceName(group, resource)];
      }),
    );
  }
}

/** Whether a changed object may use more or less than before (DefaultUpdateFilter). */
function mayMatter(object: Frozen<KubeObject>): boolean {
  if (object.apiVersion !== 'v1') return false;
  if (object.kind === 'Service' || object.kind === 'PersistentVolumeClaim') return true;
  if (object.kind !== 'Pod') return false;
  const { metadata, status } = object as unknown as Frozen<Pod>;
  // What a pod asks for, and for how long, only changes with its generation.
  const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  return isOver || metadata.deletionTimestamp !== undefined || (metadata.generation ?? 1) > 1;
}
