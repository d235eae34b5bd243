/** Cases of the garbage collector: who owns whom, what is deleted, and what is left. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject, OwnerReference } from '../../../server/kube/object.ts';
import type { Event } from '../../../server/kube/types.gen.ts';
import type { CaseApi } from './api.ts';

export interface OwnedThing {
  readonly name: string;
  /** ConfigMap unless given. A PriorityClass has no namespace. */
  readonly kind?: 'ConfigMap' | 'Secret' | 'PriorityClass';
  /** In the second namespace of the case instead of the first. */
  readonly elsewhere?: boolean;
  /** References to things by name; what is given besides replaces what would be right. */
  readonly owners?: readonly {
    readonly of: string;
    readonly as?: Partial<OwnerReference>;
    readonly blocks?: boolean;
  }[];
  readonly finalizers?: readonly string[];
}

export interface OwnershipCase {
  readonly name: string;
  readonly things: readonly OwnedThing[];
  readonly remove?: { readonly name: string; readonly policy: 'Background' | 'Foreground' | 'Orphan' };
}

export interface OwnershipResult {
  /** `name: owner, owner (finalizer, finalizer; being deleted)` */
  readonly left: readonly string[];
  readonly events: readonly string[];
}

const RESOURCES = {
  ConfigMap: 'v1/configmaps',
  Secret: 'v1/secrets',
  PriorityClass: 'scheduling.k8s.io/v1/priorityclasses',
} as const;

/** Plays a case in two namespaces that exist already. */
export async function playOwnership(
  one: OwnershipCase,
  namespaces: readonly [string, string],
  api: CaseApi,
): Promise<OwnershipResult> {
  const created = new Map<string, Frozen<KubeObject>>();
  const clusterName = (name: string): string => `${namespaces[0]}-${name}`;
  for (const { name, kind = 'ConfigMap', elsewhere, owners = [], finalizers } of one.things) {
    const ownerReferences = owners.map(({ of, as, blocks }) => reference(created.get(of), as, blocks));
    const place =
      kind === 'PriorityClass' ? { name: clusterName(name) } : { name, namespace: namespaces[elsewhere ? 1 : 0] };
    const metadata = {
      ...place,
      ...(ownerReferences.length > 0 && { ownerReferences }),
      ...(finalizers && { finalizers: [...finalizers] }),
    };
    const more = kind === 'PriorityClass' ? { value: 7 } : {};
    const apiVersion = kind === 'PriorityClass' ? 'scheduling.k8s.io/v1' : 'v1';
    created.set(name, await api.create(RESOURCES[kind], { kind, apiVersion, metadata, ...more }));
  }
  await api.settle();
  const { remove } = one;
  const target = remove && one.things.find(({ name }) => name === remove.name);
  if (remove && target) {
    const { kind = 'ConfigMap', name, elsewhere } = target;
    const key =
      kind === 'PriorityClass'
        ? { namespace: '', name: clusterName(name) }
        : { namespace: namespaces[elsewhere ? 1 : 0], name };
    await api.remove(RESOURCES[kind], key, remove.policy);
    await api.settle();
  }
  return resultOf(namespaces, created, api);
}

function reference(
  owner: Frozen<KubeObject> | undefined,
  as: Partial<OwnerReference> = {},
  blocks?: boolean,
): OwnerReference {
  const { apiVersion = 'v1', kind = 'ConfigMap', metadata = {} } = owner ?? {};
  const right = { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '' };
  return { ...right, ...as, ...(blocks !== undefined && { blockOwnerDeletion: blocks }) };
}

async function resultOf(
  namespaces: readonly [string, string],
  created: ReadonlyMap<string, Frozen<KubeObject>>,
  api: CaseApi,
): Promise<OwnershipResult> {
  const names = new Map([...created].map(([name, { metadata }]) => [metadata.uid ?? '', name]));
  const left: string[] = [];
  for (const resource of Object.values(RESOURCES)) {
    for (const namespace of resource === RESOURCES.PriorityClass ? [''] : namespaces) {
      for (const object of await api.list(resource, namespace)) {
        const name = names.get(object.metadata.uid ?? '');
        if (name !== undefined) left.push(shown(name, object, names));
      }
    }
  }
  const events: string[] = [];
  for (const namespace of [...namespaces, 'default']) {
    for (const event of await api.list('v1/events', namespace)) events.push(...eventText(event, names, namespaces));
  }
  return { left: left.sort(), events: events.sort() };
}

function shown(name: string, { metadata }: Frozen<KubeObject>, names: ReadonlyMap<string, string>): string {
  const owners = (metadata.ownerReferences ?? []).map(
    ({ uid, blockOwnerDeletion }) => `${names.get(uid) ?? uid}${blockOwnerDeletion ? '!' : ''}`,
  );
  const marks = [...(metadata.finalizers ?? []), ...(metadata.deletionTimestamp ? ['being deleted'] : [])];
  return `${name}: ${owners.join(', ')}${marks.length > 0 ? ` (${marks.join('; ')})` : ''}`;
}

/** Events about the things of the case, without what differs from run to run. */
function eventText(
  object: Frozen<KubeObject>,
  names: ReadonlyMap<string, string>,
  namespaces: readonly [string, string],
): string[] {
  const { involvedObject: about, source, type, reason, message } = object as Frozen<Event>;
  const name = names.get(about.uid ?? '');
  if (name === undefined) return [];
  const plain = (text: string): string => {
    let result = text.replaceAll(namespaces[0], '<first>').replaceAll(namespaces[1], '<second>');
    for (const [uid, of] of names) result = result.replaceAll(uid, `<uid of ${of}>`);
    return result;
  };
  const version = about.resourceVersion ? ' with a version' : '';
  const what = `${about.kind} ${about.namespace ?? '-'}/${name}${version}`;
  return [plain(`${source?.component} ${type} ${reason} ${what}: ${message}`)];
}
