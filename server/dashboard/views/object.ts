/** One object: whom it belongs to, what was said about it, why it is as it is, and its YAML. */
import { call, Refusal, reasonOf, text } from '../api.ts';
import { clusterNow } from '../cluster-time.ts';
import { type Collection, collectionOf, openCollections } from '../collections.ts';
import { type Child, h } from '../dom.ts';
import { idOf, type Kind, PODS, pathOf } from '../kinds.ts';
import { ageOf, type KubeObject, stateOf } from '../objects.ts';
import { act, addressOf, badge, button, page, table, type View } from '../page.ts';
import { eventRows, eventsNow } from './events.ts';
import { knownKinds, learnKinds } from './objects.ts';

/** What has been read of the object that is shown. */
const read = { address: '', revision: '', yaml: '', why: '', problem: '' };
let isSure = false;

function kindOf(parts: readonly string[]): Kind | undefined {
  const id = parts.slice(0, 3).join('/');
  return [PODS, ...knownKinds()].find((kind) => idOf(kind) === id);
}

const placeOf = (parts: readonly string[]): { namespace: string; name: string } => {
  const [, , , namespace = '-', name = ''] = parts;
  return { namespace: namespace === '-' ? '' : namespace, name };
};

function whyPath({ group, resource }: Kind, namespace: string, name: string): string {
  const named = group === '' ? resource : `${resource}.${group}`;
  return `-/why/${named}/${namespace === '' ? '' : `${encodeURIComponent(namespace)}/`}${encodeURIComponent(name)}`;
}

async function whyOf(kind: Kind, namespace: string, name: string): Promise<string> {
  try {
    return await text(`${whyPath(kind, namespace, name)}?format=text`);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404 && /requested resource/.test(error.message))
      return 'This server does not tell why.';
    return reasonOf(error);
  }
}

/** Without what only machines read. */
const shortened = (yaml: string): string => yaml.replace(/^ {2}managedFields:\n(?: {2}(?:-| {2}).*\n)*/m, '');

/** Reads the YAML and the reasons anew whenever the object has changed. */
async function keepRead(address: string, kind: Kind, object: KubeObject | undefined): Promise<void> {
  const revision = object?.metadata.resourceVersion ?? 'gone';
  if (read.address === address && read.revision === revision) return;
  if (read.address !== address) Object.assign(read, { yaml: '', why: '', problem: '' });
  Object.assign(read, { address, revision });
  const { namespace, name } = placeOf(address.split('/').map(decodeURIComponent));
  const isStill = (): boolean => read.address === address && read.revision === revision;
  try {
    const yaml = await text(pathOf(kind, namespace, name), { accept: 'application/yaml' });
    if (isStill()) Object.assign(read, { yaml: shortened(yaml), problem: '' });
  } catch (error) {
    if (isStill()) read.problem = reasonOf(error);
  }
  const why = await whyOf(kind, namespace, name);
  if (isStill()) read.why = why;
  page.redraw();
}

function foundBy(uid: string): { collection: Collection; object: KubeObject } | undefined {
  for (const collection of openCollections()) {
    const object = collection.items.get(uid);
    if (object) return { collection, object };
  }
  return undefined;
}

function link({ collection, object }: { collection: Collection; object: KubeObject }): Child {
  const { kind } = collection.kind;
  return [
    h('a', { href: addressOf(collection.kind, object), 'data-item': true }, `${kind} ${object.metadata.name}`),
    ' ',
    badge(stateOf(kind, object)),
  ];
}

/** The nearest first. */
function ownersOf(object: KubeObject): Child[] {
  const owners: Child[] = [];
  let at: KubeObject | undefined = object;
  for (let depth = 0; at && depth < 10; depth++) {
    const references: KubeObject['metadata']['ownerReferences'] = at.metadata.ownerReferences ?? [];
    const reference = references.find(({ controller }) => controller) ?? references[0];
    if (!reference) break;
    const found = foundBy(reference.uid);
    owners.push(h('li', {}, found ? link(found) : `${reference.kind} ${reference.name}`));
    at = found?.object;
  }
  return owners;
}

function ownedBy(uid: string): Child[] {
  return openCollections().flatMap((collection) =>
    [...collection.items.values()]
      .filter(({ metadata }) => metadata.ownerReferences?.some((reference) => reference.uid === uid))
      .map((object) => h('li', { key: object.metadata.uid }, link({ collection, object }))),
  );
}

function section(title: string, ...children: readonly Child[]): HTMLElement {
  return h('section', { key: title, 'aria-label': title }, h('h2', {}, title), children);
}

function deletion(kind: Kind, { metadata: { namespace = '', name } }: KubeObject): HTMLElement {
  const press = (): void => {
    if (!isSure) {
      isSure = true;
      page.redraw();
      return;
    }
    isSure = false;
    void act(async () => {
      await call(pathOf(kind, namespace, name), { method: 'DELETE', body: { propagationPolicy: 'Background' } });
      return `${kind.kind} ${name} is deleted`;
    });
  };
  return button(isSure ? 'Press again to delete' : 'Delete', press, { class: isSure ? 'danger' : '' });
}

function facts(kind: Kind, object: KubeObject): Child {
  const { namespace, creationTimestamp, labels = {} } = object.metadata;
  const pairs: readonly (readonly [string, Child])[] = [
    ['State', badge(stateOf(kind.kind, object)) || '–'],
    ['Namespace', namespace ?? '–'],
    ['Age', ageOf(creationTimestamp, clusterNow())],
    ...(object.spec?.nodeName ? [['Node', object.spec.nodeName] as const] : []),
    ['Labels', Object.entries(labels).map(([name, value]) => h('code', { class: 'label' }, `${name}=${value}`))],
  ];
  return h(
    'dl',
    {},
    pairs.map(([term, value]) => h('div', { key: term }, h('dt', {}, term), h('dd', {}, value))),
  );
}

export const objectView: View = {
  title: 'Object',
  enter() {
    isSure = false;
    if (knownKinds().length === 0) void learnKinds();
    return undefined;
  },
  render(parts) {
    const kind = kindOf(parts);
    const { namespace, name } = placeOf(parts);
    if (!kind) return h('p', { class: 'none' }, knownKinds().length > 0 ? 'There is no such kind.' : 'Reading…');
    const collection = collectionOf(kind);
    const object = collection.find(namespace, name);
    void keepRead(parts.map(encodeURIComponent).join('/'), kind, object);
    if (!object && !collection.isLive) return h('p', { class: 'none' }, collection.problem ?? 'Reading…');
    const about = eventsNow().filter(
      ({ involvedObject }) =>
        involvedObject.kind === kind.kind &&
        involvedObject.name === name &&
        (involvedObject.namespace ?? '') === namespace,
    );
    const owners = object ? ownersOf(object) : [];
    const owned = object ? ownedBy(object.metadata.uid) : [];
    return [
      h(
        'div',
        { class: 'bar' },
        h('strong', {}, `${kind.kind} ${name}`),
        kind.kind === 'Pod' && object && h('a', { class: 'button', href: addressOf(PODS, object, 'logs') }, 'Logs'),
        kind.kind === 'Pod' &&
          object &&
          h('a', { class: 'button', href: addressOf(PODS, object, 'terminal') }, 'Terminal'),
        object && deletion(kind, object),
      ),
      object ? facts(kind, object) : h('p', { class: 'problem' }, 'It is not there (any more).'),
      owners.length > 0 && section('Belongs to', h('ol', {}, owners)),
      owned.length > 0 && section('Owns', h('ul', {}, owned)),
      section(
        'Events',
        table(
          `Events of ${name}`,
          ['Age', 'Type', 'Reason', 'Message', 'Count', 'From'],
          eventRows(about, false),
          'None.',
        ),
      ),
      section('Why', h('pre', { tabindex: '0', 'aria-label': 'Why' }, read.why || '…')),
      section(
        'YAML',
        read.problem !== '' && h('p', { class: 'problem' }, read.problem),
        h('pre', { tabindex: '0', 'aria-label': 'YAML' }, read.yaml || '…'),
      ),
    ];
  },
};
