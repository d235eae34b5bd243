import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { ServedResource } from '../../server/kube/transport.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { Pace } from '../lib/pace.ts';
import { type GraphNode, OwnerGraph } from './graph.ts';
import { Kinds } from './kinds.ts';
import {
  FOREGROUND,
  hasFinalizer,
  isDeleting,
  ORPHAN,
  type Reference,
  referencesOf,
  referenceText,
  waitsForDependents,
  waitsForRelease,
} from './owners.ts';
import { dropFinalizer, dropOwners, read, remove, unblockOwners } from './requests.ts';

/** What the owners of an object are like. */
interface Owners {
  /** Exist, and stay. */
  readonly solid: string[];
  /** Do not exist. */
  readonly dangling: string[];
  /** Go as soon as their dependents are gone. */
  readonly waiting: string[];
  /** Whether the stream of events has not told yet of one that exists. */
  isAhead: boolean;
}

/** Why an object cannot be judged: `unknown-kind` may change, `namespaced-owner` never does. */
type Obstacle = 'unknown-kind' | 'namespaced-owner';

/** Dependents that are released at once. */
const RELEASED_AT_ONCE = 20;

/** Deletes what nobody owns any more: pkg/controller/garbagecollector. One for each running controller. */
export class Collector {
  readonly graph: OwnerGraph;
  readonly kinds: Kinds;
  readonly #env: ControllerEnv;
  readonly #pace = new Pace();

  constructor(env: ControllerEnv) {
    this.#env = env;
    this.kinds = new Kinds(env.client);
    this.graph = new OwnerGraph({
      work: (uid) => env.enqueue({ namespace: '', name: uid }),
      strayReference: (object, reference) => this.#tellStray(object, reference),
    });
  }

  /** @returns whether this has to be looked at again, because something is not known yet */
  async process(uid: string): Promise<'done' | 'later'> {
    const node = this.graph.node(uid);
    if (node?.state !== 'seen' || !node.object) return 'done';
    await this.#pace.step();
    const { object } = node;
    const resource = await this.kinds.of(object.apiVersion ?? '', object.kind ?? '');
    if (!resource) return 'later';
    if (waitsForRelease(object)) return this.#release(node, object, resource);
    if (waitsForDependents(object)) {
      if (node.blocking === 0) await dropFinalizer(this.#env.client, resource.id, object, FOREGROUND);
      return 'done';
    }
    return isDeleting(object) || referencesOf(object).length === 0 ? 'done' : this.#collect(node, object, resource);
  }

  async #collect(node: GraphNode, object: Frozen<KubeObject>, resource: ServedResource): Promise<'done' | 'later'> {
    const { client } = this.#env;
    const owners = await this.#classify(object);
    if (owners === 'namespaced-owner') return 'done';
    if (owners === 'unknown-kind') return 'later';
    const { solid, dangling, waiting, isAhead } = owners;
    if (solid.length > 0) {
      // References to owners that wait have to go too, or those would wait for ever.
      const unwanted = [...dangling, ...waiting];
      if (unwanted.length > 0) await dropOwners(client, resource.id, object, unwanted);
      return isAhead ? 'later' : 'done';
    }
    if (waiting.length > 0 && node.dependents.size > 0) {
      const isCircle = [...node.dependents].some(
        (dependent) => dependent.object && waitsForDependents(dependent.object),
      );
      if (isCircle) await unblockOwners(client, resource.id, object);
      // Unblocking made a new version.
      const latest = isCircle
        ? await read(client, resource.id, object.metadata.namespace ?? '', object.metadata.name ?? '')
        : object;
      if (latest) await remove(client, resource.id, latest, 'Foreground');
      return 'done';
    }
    await remove(client, resource.id, object, policyOf(object));
    return 'done';
  }

  async #classify(object: Frozen<KubeObject>): Promise<Owners | Obstacle> {
    const owners: Owners = { solid: [], dangling: [], waiting: [], isAhead: false };
    for (const reference of referencesOf(object)) {
      const node = this.graph.node(reference.uid);
      const { namespace = '' } = object.metadata;
      if (node?.state === 'gone') {
        if (namespace === '' && node.object?.metadata.namespace) return 'namespaced-owner';
        owners.dangling.push(reference.uid);
        continue;
      }
      const resource = await this.kinds.of(reference.apiVersion, reference.kind);
      if (!resource) return 'unknown-kind';
      if (namespace === '' && resource.namespaced) return 'namespaced-owner';
      const owner = await this.#find(reference, resource, resource.namespaced ? namespace : '', node);
      if (!owner) owners.dangling.push(reference.uid);
      else if (waitsForDependents(owner)) owners.waiting.push(reference.uid);
      else owners.solid.push(reference.uid);
      if (owner && node?.state !== 'seen') owners.isAhead = true;
    }
    return owners;
  }

  /** The owner where the reference says that it is; undefined when it is not there. */
  async #find(
    reference: Reference,
    resource: ServedResource,
    namespace: string,
    node: GraphNode | undefined,
  ): Promise<Frozen<KubeObject> | undefined> {
    if (node?.state === 'seen' && node.object) {
      const { apiVersion = '', kind = '', metadata } = node.object;
      const actual = await this.kinds.of(apiVersion, kind);
      const isSameResource = actual?.group === resource.group && actual.resource === resource.resource;
      const isThere = isSameResource && metadata.name === reference.name && (metadata.namespace ?? '') === namespace;
      return isThere ? node.object : undefined;
    }
    return this.#seek(reference, resource, namespace, node);
  }

  /** Asks the server for an owner that no event told of, once for all who name it. */
  async #seek(
    { uid, name }: Reference,
    { id }: ServedResource,
    namespace: string,
    node: GraphNode | undefined,
  ): Promise<Frozen<KubeObject> | undefined> {
    const place = `${id} ${namespace} ${name}`;
    let search = node?.sought?.get(place);
    if (!search) {
      search = read(this.#env.client, id, namespace, name);
      if (node) {
        node.sought ??= new Map();
        node.sought.set(place, search);
      }
    }
    try {
      const owner = await search;
      if (owner?.metadata.uid !== uid) return undefined;
      // What exists may go; what does not exist under a uid will never do so.
      node?.sought?.delete(place);
      return owner;
    } catch (error) {
      node?.sought?.delete(place);
      throw error;
    }
  }

  /** Takes an owner out of all of its dependents, then lets it go. */
  async #release(node: GraphNode, object: Frozen<KubeObject>, resource: ServedResource): Promise<'done'> {
    const { client } = this.#env;
    const dependents = [...node.dependents];
    for (let i = 0; i < dependents.length; i += RELEASED_AT_ONCE) {
      await Promise.all(
        dependents.slice(i, i + RELEASED_AT_ONCE).map(async ({ object: dependent }) => {
          await this.#pace.step();
          const kind = dependent && (await this.kinds.of(dependent.apiVersion ?? '', dependent.kind ?? ''));
          if (kind) await dropOwners(client, kind.id, dependent, [node.uid]);
        }),
      );
    }
    await dropFinalizer(client, resource.id, object, ORPHAN);
    return 'done';
  }

  #tellStray({ apiVersion, kind, metadata }: Frozen<KubeObject>, reference: Reference): void {
    const { namespace = '', name = '', uid = '' } = metadata;
    const message = `ownerRef ${referenceText(reference, namespace)} does not exist in namespace "${namespace}"`;
    const about = { ...(apiVersion && { apiVersion }), ...(kind && { kind }), metadata: { namespace, name, uid } };
    this.#env.event(about, 'Warning', 'OwnerRefInvalidNamespace', message);
  }
}

/** What the object was to do with its dependents when somebody deletes it. */
function policyOf(object: Frozen<KubeObject>): 'Orphan' | 'Foreground' | 'Background' {
  if (hasFinalizer(object, ORPHAN)) return 'Orphan';
  return hasFinalizer(object, FOREGROUND) ? 'Foreground' : 'Background';
}
