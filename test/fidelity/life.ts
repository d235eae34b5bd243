/** What happens to an object in its life: every verb that its kind has, once when it works and once when it fails. */
import { apiVersionOf } from '../../server/kube/object.ts';
import { builtInTypes, type ResourceInfo } from '../../server/schema/type-table.ts';
import { type Fields, mergePatched } from './merge-patched.ts';
import type { LifeStep } from './steps.ts';

/** A kind with an object that a real server takes, and changes of it. Changes are JSON merge patches. */
export interface Life {
  /** `apps/v1/deployments`; the core group is empty: `/v1/pods`. */
  readonly resource: string;
  /** Of the objects that are made, where the kind does not take any name. */
  readonly names?: readonly [first: string, second: string, third: string];
  /** Everything but kind, apiVersion, name and labels. */
  readonly object: Fields | ((name: string) => Fields);
  /** Of kinds whose objects have no names. */
  readonly isNameless?: boolean;
  /** Made before, and removed at the end where they have no namespace. */
  readonly needs?: readonly LifeStep[];
  /** What an update changes. */
  readonly change?: Fields;
  /** What a strategic merge patch sends. */
  readonly strategic?: Fields;
  /** What a server-side apply says besides the label that it is about. */
  readonly apply?: Fields;
  /** What makes the object one that is refused. */
  readonly invalid?: Fields;
  /** What an update may not change. */
  readonly invalidUpdate?: Fields;
  /** What a write of the status says. */
  readonly status?: Fields;
  readonly invalidStatus?: Fields;
  /** Steps for subresources of the kind's own, while the first object is there. */
  readonly parts?: readonly LifeStep[];
}

const LABELS = { golden: 'life', app: 'shop' };
const SELECTOR = 'labelSelector=golden%3Dlife';
const CHANGE: Fields = { metadata: { annotations: { 'example.com/changed': 'yes' } } };

/** The kind of a life, as the server's table has it. */
export function infoOf({ resource }: Pick<Life, 'resource'>): ResourceInfo {
  const [group, version, plural] = resource.split('/');
  const served = builtInTypes().groups.find((candidate) => candidate.group === group);
  const resources = served?.versions.find((candidate) => candidate.version === version)?.resources;
  const info = resources?.find((candidate) => candidate.resource === plural);
  if (!info) throw new Error(`there is no resource ${resource}`);
  return info;
}

/** The names of the objects that a life makes. */
export const namesOf = ({ names = ['first', 'second', 'third'] }: Life): readonly [string, string, string] => names;

/** The path of an object without a namespace. */
export const objectPath = (life: Life, name: string): string => new Script(life).path(name);

/** The paths and bodies of one kind. */
class Script {
  readonly info: ResourceInfo;
  readonly names: readonly [string, string, string];
  readonly collection: string;
  readonly everywhere: string;
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
    this.info = infoOf(life);
    const { group, version, resource, namespaced } = this.info;
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    this.everywhere = `${root}/${resource}`;
    this.collection = namespaced ? `${root}/namespaces/$NS/${resource}` : this.everywhere;
    this.names = namesOf(life);
  }

  path(name: string, subresource = ''): string {
    return `${this.collection}/${name}${subresource === '' ? '' : `/${subresource}`}`;
  }

  /** The sample under a name, changed. */
  body(name: string, change: Fields = {}): Fields {
    const { object } = this.#life;
    const identity = { apiVersion: apiVersionOf(this.info), kind: this.info.kind };
    const whole = {
      ...identity,
      metadata: { name, labels: LABELS },
      ...(typeof object === 'function' ? object(name) : object),
    };
    return mergePatched(this.#life.isNameless ? { ...whole, metadata: {} } : whole, change);
  }

  /** Only what a change is about. */
  part(name: string, change: Fields): Fields {
    const identity = { apiVersion: apiVersionOf(this.info), kind: this.info.kind, metadata: { name } };
    return mergePatched(identity, change);
  }

  has(verb: string, subresource = ''): boolean {
    const verbs = subresource === '' ? this.info.verbs : this.info.subresources.get(subresource)?.verbs;
    return verbs?.includes(verb) ?? false;
  }
}

const annotated = (text: string): Fields => ({ metadata: { annotations: { 'example.com/changed': text } } });
const labelled = (text: string): Fields => ({ metadata: { labels: { ...LABELS, applied: text } } });
const atVersion = (resourceVersion: string): Fields => ({ metadata: { resourceVersion } });
/** A list where a map has to be. */
const ILLEGIBLE: Fields = { metadata: { labels: [1] } };

function creation(script: Script, { invalid }: Life): LifeStep[] {
  const { collection, names } = script;
  const [first, second] = names;
  if (!script.has('create')) return [];
  return [
    { method: 'POST', path: collection, body: script.body(first) },
    { method: 'POST', path: collection, body: script.body(first) },
    ...(invalid ? [{ method: 'POST', path: collection, body: script.body(second, invalid) } as const] : []),
    { method: 'POST', path: collection, body: script.body(second, ILLEGIBLE) },
    { method: 'POST', path: `${collection}?fieldValidation=Strict`, body: { ...script.body(second), nope: 1 } },
    { method: 'POST', path: `${collection}?dryRun=All`, body: script.body(second) },
  ];
}

function reading(script: Script): LifeStep[] {
  const { collection, everywhere, names, info } = script;
  const [first, second] = names;
  const lists = info.namespaced
    ? [`${collection}?${SELECTOR}`, `${everywhere}?${SELECTOR}`]
    : [`${collection}?${SELECTOR}`];
  return [
    { method: 'GET', path: script.path(first) },
    { method: 'GET', path: script.path(first), accept: 'table' },
    { method: 'GET', path: script.path(second) },
    ...lists.map((path): LifeStep => ({ method: 'GET', path })),
    ...lists.map((path): LifeStep => ({ method: 'GET', path, accept: 'table' })),
    { method: 'GET', path: `${collection}?${SELECTOR}`, accept: 'metadata' },
    { method: 'GET', path: `${collection}?fieldSelector=metadata.name%3D${first}` },
    { method: 'GET', path: `${collection}?fieldSelector=spec.nope%3D1` },
  ];
}

function updates(script: Script, { change = CHANGE, invalid, invalidUpdate }: Life): LifeStep[] {
  const [first, second] = script.names;
  const path = script.path(first);
  const put = (body: Fields, to = path): LifeStep => ({ method: 'PUT', path: to, body });
  const changed = (more: Fields): Fields => script.body(first, mergePatched(change, more));
  return [
    put(changed({})),
    put(changed(atVersion('$RV'))),
    put(changed(mergePatched(annotated('again'), atVersion('$RV')))),
    put(changed(atVersion('1'))),
    ...(invalidUpdate ? [put(changed(mergePatched(invalidUpdate, atVersion('$RV'))))] : []),
    ...(invalid ? [put(changed(mergePatched(invalid, atVersion('$RV'))))] : []),
    put(script.body(second)),
    put(script.body(second, annotated('new')), script.path(second)),
  ];
}

function patches(script: Script, { change = CHANGE, strategic = annotated('strategic'), invalid }: Life): LifeStep[] {
  const [first, second] = script.names;
  const path = script.path(first);
  const patch = (type: LifeStep['type'], body: unknown, to = path): LifeStep =>
    ({ method: 'PATCH', path: to, type, body }) as LifeStep;
  const add = { op: 'add', path: '/metadata/annotations', value: { 'example.com/changed': 'json' } };
  return [
    patch('json', [add]),
    patch('json', [{ op: 'test', path: '/metadata/name', value: 'nobody' }]),
    patch('merge', mergePatched(change, annotated('merge'))),
    patch('merge', {}),
    ...(invalid ? [patch('merge', invalid), patch('strategic', invalid)] : []),
    patch('merge', ILLEGIBLE),
    patch('strategic', strategic),
    patch('strategic', { metadata: { annotations: { $patch: 'replace', 'example.com/only': 'this' } } }),
    patch('merge', annotated('missing'), script.path(second.replace('second', 'nobody'))),
  ];
}

function applies(script: Script, { apply = {}, invalid }: Life): LifeStep[] {
  const [first, second] = script.names;
  const by = (manager: string, name: string, body: Fields, query = ''): LifeStep => ({
    method: 'PATCH',
    path: `${script.path(name)}?fieldManager=${manager}${query}`,
    type: 'apply',
    body,
  });
  return [
    by('alice', first, script.part(first, mergePatched(apply, labelled('alice')))),
    by('bob', first, script.part(first, labelled('bob'))),
    by('bob', first, script.part(first, labelled('bob')), '&force=true'),
    by('alice', first, script.part(first, {})),
    ...(invalid ? [by('alice', first, script.part(first, invalid), '&force=true')] : []),
    by('alice', second, script.body(second)),
    { method: 'GET', path: script.path(second) },
    ...(script.has('delete') ? [{ method: 'DELETE', path: script.path(second) } as const] : []),
  ];
}

function statusLife(script: Script, { status, invalidStatus }: Life): LifeStep[] {
  if (!script.has('update', 'status')) return [];
  const [first, second] = script.names;
  const path = script.path(first, 'status');
  const withStatus = (value: Fields, more: Fields = {}): Fields =>
    script.body(first, mergePatched({ status: value }, more));
  const value = status ?? {};
  return [
    { method: 'GET', path },
    { method: 'PUT', path, body: withStatus(value, mergePatched(annotated('status'), atVersion('$RV'))) },
    { method: 'PUT', path, body: withStatus(value, atVersion('1')) },
    { method: 'PATCH', path, type: 'merge', body: { status: value, ...annotated('status') } },
    { method: 'PATCH', path, type: 'strategic', body: { status: value } },
    {
      method: 'PATCH',
      path: `${path}?fieldManager=carol&force=true`,
      type: 'apply',
      body: script.part(first, { status: value }),
    },
    ...(invalidStatus
      ? ([
          { method: 'PUT', path, body: withStatus(invalidStatus, atVersion('$RV')) },
          { method: 'PATCH', path, type: 'merge', body: { status: invalidStatus } },
        ] as const)
      : []),
    { method: 'GET', path, accept: 'table' },
    { method: 'GET', path: script.path(second, 'status') },
  ];
}

function scaleLife(script: Script): LifeStep[] {
  if (!script.has('update', 'scale')) return [];
  const [first, second] = script.names;
  const path = script.path(first, 'scale');
  const scale = (replicas: number, metadata: Fields = {}): Fields => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: first, ...metadata },
    spec: { replicas },
  });
  return [
    { method: 'GET', path },
    { method: 'GET', path, accept: 'table' },
    { method: 'PUT', path, body: scale(2) },
    { method: 'PUT', path, body: scale(2, { resourceVersion: '1' }) },
    { method: 'PUT', path, body: scale(-1) },
    { method: 'PATCH', path, type: 'merge', body: { spec: { replicas: 3 } } },
    { method: 'PATCH', path, type: 'json', body: [{ op: 'replace', path: '/spec/replicas', value: 1 }] },
    { method: 'PATCH', path: `${path}?fieldManager=dave&force=true`, type: 'apply', body: scale(4) },
    { method: 'PATCH', path, type: 'merge', body: { spec: { replicas: -1 } } },
    { method: 'GET', path: script.path(first) },
    { method: 'GET', path: script.path(second, 'scale') },
  ];
}

function ending(script: Script): LifeStep[] {
  const { collection, names } = script;
  const [first, second, third] = names;
  const watch = `${collection}?watch=1&${SELECTOR}&resourceVersion=$LIST&timeoutSeconds=5`;
  const until = first;
  return [
    { method: 'DELETE', path: `${script.path(first)}?dryRun=All` },
    {
      method: 'DELETE',
      path: script.path(first),
      body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'x' } },
    },
    { method: 'DELETE', path: script.path(first) },
    { method: 'DELETE', path: script.path(first) },
    { method: 'GET', path: watch, until },
    { method: 'GET', path: watch, accept: 'table', until },
    ...(script.has('deletecollection')
      ? ([
          { method: 'POST', path: collection, body: script.body(second) },
          { method: 'POST', path: collection, body: script.body(third) },
          { method: 'DELETE', path: `${collection}?labelSelector=golden%3Dnone` },
          { method: 'DELETE', path: `${collection}?${SELECTOR}` },
          { method: 'GET', path: `${collection}?${SELECTOR}` },
        ] as const)
      : []),
  ];
}

/** Every step of a life, in order. */
export function stepsOf(life: Life): readonly LifeStep[] {
  const script = new Script(life);
  const { needs = [], parts = [] } = life;
  if (!script.has('list')) return [...needs, ...creation(script, life), ...parts];
  if (!script.has('create')) return reading(script);
  return [
    ...needs,
    { method: 'GET', path: `${script.collection}?${SELECTOR}` },
    ...creation(script, life),
    ...reading(script),
    ...updates(script, life),
    ...patches(script, life),
    ...applies(script, life),
    ...statusLife(script, life),
    ...scaleLife(script),
    ...parts,
    ...ending(script),
  ];
}
