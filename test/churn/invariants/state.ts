import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Transport } from '../../../server/kube/transport.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';

export type Labels = Readonly<Record<string, string>>;

/** Every object of a cluster at one time. */
export class State {
  readonly objects: readonly Frozen<KubeObject>[];
  readonly byUid: ReadonlyMap<string, Frozen<KubeObject>>;
  readonly #kinds = new Map<string, Frozen<KubeObject>[]>();

  constructor(objects: readonly Frozen<KubeObject>[]) {
    this.objects = objects;
    this.byUid = new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
    for (const object of objects) {
      const kind = object.kind ?? '';
      const same = this.#kinds.get(kind);
      if (same) same.push(object);
      else this.#kinds.set(kind, [object]);
    }
  }

  of<T extends KubeObject>(kind: string, namespace?: string): readonly Frozen<T>[] {
    const objects = (this.#kinds.get(kind) ?? []) as unknown as readonly Frozen<T>[];
    return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Objects of a kind that an object controls. */
  controlledBy<T extends KubeObject>(kind: string, { metadata }: Frozen<KubeObject>): readonly Frozen<T>[] {
    return this.of<T>(kind, metadata.namespace).filter((object) => controllerOf(object)?.uid === metadata.uid);
  }
}

export const controllerOf = ({ metadata }: Frozen<KubeObject>): { readonly uid: string } | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller);

export const nameOf = ({ kind, metadata }: Frozen<KubeObject>): string =>
  `${kind} ${[metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/')}`;

export const isOver = ({ status }: Frozen<Pod>): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

export const isReady = ({ status }: Frozen<Pod>): boolean =>
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

export function matches(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}

/** Everything there is, past all informers, in the order of the keys. */
export async function readState(transport: Transport): Promise<State> {
  const served = (await transport.resources()).filter(
    ({ preferred, verbs, resource, group }) =>
      preferred && verbs.includes('list') && verbs.includes('watch') && !(resource === 'events' && group !== ''),
  );
  const pages = await Promise.all(served.map(({ id }) => transport.list({ resource: id, namespace: '' })));
  return new State(pages.flatMap(({ items }) => items));
}
