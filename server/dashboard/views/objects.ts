/** All objects as a tree: who belongs to whom, and how they are. */

import { reasonOf } from '../api.ts';
import { type Collection, collectionOf, openCollections } from '../collections.ts';
import { type Child, h } from '../dom.ts';
import { discover, idOf, type Kind, NAMESPACES, PODS, WORKLOADS } from '../kinds.ts';
import { type ContainerStatus, containerState, type KubeObject, type State, stateOf } from '../objects.ts';
import { addressOf, badge, choice, filter, fits, page, search, tell, type View } from '../page.ts';

interface Branch {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly state: State | undefined;
  /** Where Enter leads; containers have no page. */
  readonly address?: string;
  /** Logs and a terminal, of pods and containers. */
  readonly pod?: { readonly object: KubeObject; readonly container: string };
  readonly children: readonly Branch[];
}

interface Row {
  readonly branch: Branch;
  readonly level: number;
  readonly hasChildren: boolean;
}

const ROWS_MAX = 500;

let kinds: readonly Kind[] = [];
const closed = new Set<string>();
/** The row that Tab leads to. */
let current = '';

export const knownKinds = (): readonly Kind[] => kinds;

/** Asks the cluster which kinds there are; a new definition is a reason to ask again. */
export async function learnKinds(): Promise<void> {
  try {
    kinds = await discover();
    page.redraw();
  } catch (error) {
    tell(reasonOf(error), true);
  }
}

function chosenKinds(): readonly Kind[] {
  const one = kinds.find((kind) => idOf(kind) === filter.kind);
  return one ? [one] : WORKLOADS;
}

function containerBranch(pod: KubeObject, status: ContainerStatus): Branch {
  return {
    id: `${pod.metadata.uid}/${status.name}`,
    kind: 'container',
    name: status.name,
    namespace: pod.metadata.namespace ?? '',
    state: containerState(status),
    pod: { object: pod, container: status.name },
    children: [],
  };
}

function containersOf(pod: KubeObject): Branch[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const known = [...initContainerStatuses, ...containerStatuses];
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  return [...initContainers, ...containers].map(({ name }) =>
    containerBranch(pod, known.find((status) => status.name === name) ?? { name, ready: false, restartCount: 0 }),
  );
}

type Owned = ReadonlyMap<string, readonly (readonly [Collection, KubeObject])[]>;

function ownedObjects(): Owned {
  const owned = new Map<string, [Collection, KubeObject][]>();
  for (const collection of openCollections())
    for (const object of collection.items.values())
      for (const { uid } of object.metadata.ownerReferences ?? []) {
        const others = owned.get(uid) ?? [];
        others.push([collection, object]);
        owned.set(uid, others);
      }
  return owned;
}

function byName<T extends { readonly kind: string; readonly namespace: string; readonly name: string }>(
  a: T,
  b: T,
): number {
  return a.namespace.localeCompare(b.namespace) || a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name);
}

function branchOf(kind: Kind, object: KubeObject, owned: Owned, above: ReadonlySet<string> = new Set()): Branch {
  const { uid, name, namespace = '' } = object.metadata;
  const path = new Set(above).add(uid);
  const below = (owned.get(uid) ?? [])
    .filter(([, child]) => !path.has(child.metadata.uid))
    .map(([collection, child]) => branchOf(collection.kind, child, owned, path));
  return {
    id: uid,
    kind: kind.kind,
    name,
    namespace,
    state: stateOf(kind.kind, object),
    address: addressOf(kind, object),
    ...(kind.kind === 'Pod' && { pod: { object, container: '' } }),
    children: kind.kind === 'Pod' ? [...containersOf(object), ...below] : below.sort(byName),
  };
}

/** Those of the chosen kinds that belong to none of them. */
function roots(chosen: readonly Kind[]): Branch[] {
  const collections = chosen.map(collectionOf);
  const owned = ownedObjects();
  const uids = new Set(collections.flatMap(({ items }) => [...items.keys()]));
  return collections
    .flatMap((collection) =>
      [...collection.items.values()]
        .filter(
          ({ metadata }) => filter.namespace === '' || (metadata.namespace ?? filter.namespace) === filter.namespace,
        )
        .filter(({ metadata }) => !metadata.ownerReferences?.some(({ uid }) => uids.has(uid)))
        .map((object) => branchOf(collection.kind, object, owned)),
    )
    .sort(byName);
}

const fitsItself = ({ kind, namespace, name, state }: Branch): boolean =>
  fits(filter.text, kind, namespace, name, state?.text);

/** What fits, with whatever it belongs to and whatever belongs to it. */
function narrowed(branch: Branch): Branch | undefined {
  if (filter.text === '' || fitsItself(branch)) return branch;
  const children = branch.children.map(narrowed).filter((child) => child !== undefined);
  return children.length > 0 ? { ...branch, children } : undefined;
}

function rowsOf(branches: readonly Branch[], level = 1, rows: Row[] = []): Row[] {
  for (const branch of branches) {
    const hasChildren = branch.children.length > 0;
    rows.push({ branch, level, hasChildren });
    if (hasChildren && (!closed.has(branch.id) || filter.text !== '')) rowsOf(branch.children, level + 1, rows);
  }
  return rows;
}

const podAddress = ({ pod }: Branch, what: string): string | undefined =>
  pod && `${addressOf(PODS, pod.object, what)}${pod.container === '' ? '' : `/${encodeURIComponent(pod.container)}`}`;

function toggle({ id }: Branch, isOpen: boolean): void {
  if (isOpen) closed.delete(id);
  else closed.add(id);
  page.redraw();
}

function keyPressed(event: KeyboardEvent, { branch, hasChildren, level }: Row): void {
  const item = event.currentTarget as HTMLElement;
  const isClosed = closed.has(branch.id);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Enter' && branch.address) location.hash = branch.address;
  else if (event.key === 'Enter' && branch.pod) location.hash = podAddress(branch, 'logs') ?? '';
  else if (event.key === 'ArrowRight' && hasChildren && isClosed) toggle(branch, true);
  else if (event.key === 'ArrowRight' && hasChildren) (item.nextElementSibling as HTMLElement | null)?.focus();
  else if (event.key === 'ArrowLeft' && hasChildren && !isClosed) toggle(branch, false);
  else if (event.key === 'ArrowLeft') {
    let above = item.previousElementSibling;
    while (above && Number(above.getAttribute('aria-level')) >= level) above = above.previousElementSibling;
    (above as HTMLElement | null)?.focus();
  } else return;
  event.preventDefault();
}

function rowElement(row: Row, isTabStop: boolean): HTMLElement {
  const { branch, level, hasChildren } = row;
  const isOpen = hasChildren && (!closed.has(branch.id) || filter.text !== '');
  const logs = podAddress(branch, 'logs');
  return h(
    'li',
    {
      key: branch.id,
      role: 'treeitem',
      class: 'row',
      'data-level': Math.min(level, 6),
      'aria-level': level,
      'aria-expanded': hasChildren ? String(isOpen) : undefined,
      'aria-selected': String(current === branch.id),
      tabindex: isTabStop ? '0' : '-1',
      'data-item': true,
      'data-logs': logs,
      'data-terminal': podAddress(branch, 'terminal'),
      onkeydown: (event: KeyboardEvent) => keyPressed(event, row),
      onfocus: () => {
        if (current === branch.id) return;
        current = branch.id;
        page.redraw();
      },
      onclick: (event: MouseEvent) => {
        if (event.target instanceof Element && event.target.classList.contains('twist')) toggle(branch, !isOpen);
        else location.hash = branch.address ?? logs ?? location.hash;
      },
    },
    h(
      'span',
      { class: hasChildren ? 'twist' : 'leaf', 'aria-hidden': 'true' },
      hasChildren ? (isOpen ? '▾' : '▸') : '·',
    ),
    h('span', { class: 'kind' }, branch.kind),
    ' ',
    h('span', { class: 'name' }, branch.name),
    level === 1 && branch.namespace !== '' && h('span', { class: 'place' }, ` ${branch.namespace}`),
    ' ',
    badge(branch.state),
  );
}

export function namespaceChoice(): HTMLElement {
  const names = [...collectionOf(NAMESPACES).items.values()].map(({ metadata }) => metadata.name).sort();
  const options = names.map((name) => [name, name] as const);
  return choice('Namespace', filter.namespace, [['', 'all'], ...options], (value) => {
    filter.namespace = value;
    page.redraw();
  });
}

function kindChoice(): HTMLElement {
  const options = kinds.map(
    (kind) => [idOf(kind), kind.group === '' ? kind.kind : `${kind.kind} (${kind.group})`] as const,
  );
  return choice('Kind', filter.kind, [['workloads', 'workloads and services'], ...options], (value) => {
    filter.kind = value;
    page.redraw();
  });
}

function troubles(chosen: readonly Kind[]): Child {
  const texts = chosen.flatMap((kind) => {
    const { problem } = collectionOf(kind);
    return problem === undefined ? [] : [`${kind.kind}: ${problem}`];
  });
  return texts.length > 0 && h('p', { class: 'problem' }, texts.join('; '));
}

export const objectsView: View = {
  title: 'Objects',
  key: 'o',
  enter() {
    if (kinds.length === 0) void learnKinds();
    return undefined;
  },
  render() {
    const chosen = chosenKinds();
    const branches = roots(chosen)
      .map(narrowed)
      .filter((branch) => branch !== undefined);
    const rows = rowsOf(branches);
    const shown = rows.slice(0, ROWS_MAX);
    const isHere = shown.some(({ branch }) => branch.id === current);
    const isLive = chosen.every((kind) => collectionOf(kind).isLive || collectionOf(kind).problem !== undefined);
    return [
      h('div', { class: 'bar' }, namespaceChoice(), kindChoice(), search()),
      troubles(chosen),
      shown.length === 0
        ? h('p', { class: 'none' }, isLive ? 'Nothing is there, or nothing fits.' : 'Reading…')
        : h(
            'ul',
            { role: 'tree', 'aria-label': 'Objects', class: 'tree' },
            shown.map((row, index) => rowElement(row, isHere ? row.branch.id === current : index === 0)),
          ),
      rows.length > shown.length && h('p', { class: 'none' }, `${rows.length - shown.length} more: narrow the filter.`),
    ];
  },
};
