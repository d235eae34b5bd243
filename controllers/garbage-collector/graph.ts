import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import { blockingByOwner, type Reference, referencesOf, waitsForDependents, waitsForRelease } from './owners.ts';

/**
 * An object, or an owner that some object names:
 * - `seen`: it exists.
 * - `unseen`: only references tell of it, so that somebody has to ask the server.
 * - `gone`: it existed. Uids never come back, so this is for good; kept as long as dependents name it.
 */
export interface GraphNode {
  readonly uid: string;
  state: 'seen' | 'unseen' | 'gone';
  /** The newest version, if it was ever seen. */
  object: Frozen<KubeObject> | undefined;
  dependents: ReadonlySet<GraphNode>;
  /** How many of the dependents keep a foreground deletion waiting. */
  blocking: number;
  /** Where an unseen owner was looked for, and what was there. */
  sought?: Map<string, Promise<Frozen<KubeObject> | undefined>>;
  /** The last stream of events that told of it. */
  stream: number;
}

/** Most objects own nothing. */
const NOBODY: ReadonlySet<GraphNode> = new Set();

export interface GraphObserver {
  /** Something has to be done about an object, or has to be found out. */
  work(uid: string): void;
  /** An object names an owner of another namespace. */
  strayReference(object: Frozen<KubeObject>, reference: Reference): void;
}

/** Who owns whom in a cluster, and what a change means for others: pkg/controller/garbagecollector, GraphBuilder. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #observer: GraphObserver;

  constructor(observer: GraphObserver) {
    this.#observer = observer;
  }

  node(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** A new or changed object. */
  observe(object: Frozen<KubeObject>, stream: number): void {
    const node = this.#nodeOf(object.metadata.uid ?? '');
    const before = node.object;
    const isNew = node.state !== 'seen';
    node.state = 'seen';
    node.object = object;
    node.stream = stream;
    if (isNew) this.#check(node, object);
    // Versions share what did not change.
    if (before?.metadata.ownerReferences !== object.metadata.ownerReferences) {
      this.#link(node, object, before ? referencesOf(before) : []);
    }
    if (waitsForRelease(object) && !(before && waitsForRelease(before))) this.#observer.work(node.uid);
    if (waitsForDependents(object) && !(before && waitsForDependents(before))) {
      for (const { uid } of node.dependents) this.#observer.work(uid);
      this.#observer.work(node.uid);
    }
  }

  /** An object that is gone. */
  remove(uid: string): void {
    const node = this.#nodes.get(uid);
    if (!node || node.state === 'gone') return;
    if (node.object) this.#unlink(node, blockingByOwner(referencesOf(node.object)));
    node.state = 'gone';
    for (const dependent of node.dependents) this.#observer.work(dependent.uid);
    this.#forgetUnused(node);
  }

  /** Removes what a stream should have told of and did not: it went while nobody listened. */
  removeOlderThan(stream: number): void {
    // A map may shrink while it is walked.
    for (const node of this.#nodes.values()) if (node.state === 'seen' && node.stream < stream) this.remove(node.uid);
  }

  #nodeOf(uid: string): GraphNode {
    let node = this.#nodes.get(uid);
    if (!node) {
      node = { uid, state: 'unseen', object: undefined, dependents: NOBODY, blocking: 0, stream: 0 };
      this.#nodes.set(uid, node);
    }
    return node;
  }

  #forgetUnused(node: GraphNode): void {
    if (node.state !== 'seen' && node.dependents.size === 0) this.#nodes.delete(node.uid);
  }

  /** An owner shows up that references told of before: those that describe it otherwise may be wrong. */
  #check(owner: GraphNode, object: Frozen<KubeObject>): void {
    for (const dependent of owner.dependents) {
      if (!dependent.object) continue;
      const references = referencesOf(dependent.object).filter(({ uid }) => uid === owner.uid);
      const isStray = isForeign(dependent.object, object);
      if (isStray && references[0]) this.#observer.strayReference(dependent.object, references[0]);
      if (isStray || references.some((reference) => !describes(reference, object))) this.#observer.work(dependent.uid);
    }
  }

  #link(node: GraphNode, object: Frozen<KubeObject>, before: readonly Reference[]): void {
    const references = referencesOf(object);
    const next = blockingByOwner(references);
    const last = blockingByOwner(before);
    const added = references.filter(({ uid }) => !last.has(uid));
    for (const [uid, isBlocking] of next) {
      const owner = this.#nodeOf(uid);
      const wasBlocking = last.get(uid) ?? false;
      if (owner.dependents === NOBODY) owner.dependents = new Set([node]);
      else (owner.dependents as Set<GraphNode>).add(node);
      last.delete(uid);
      if (isBlocking && !wasBlocking) owner.blocking++;
      if (wasBlocking && !isBlocking) this.#unblock(owner);
    }
    this.#unlink(node, last);
    this.#verify(node, object, added);
  }

  /** Whether owners that an object newly names may not be what it says: then somebody has to look. */
  #verify(node: GraphNode, object: Frozen<KubeObject>, added: readonly Reference[]): void {
    let isDoubtful = false;
    for (const reference of added) {
      const owner = this.#nodes.get(reference.uid);
      // One doubt is enough, as it is upstream; only the first stray reference is told.
      if (isDoubtful || !owner) continue;
      if (owner.state !== 'seen' || !owner.object) isDoubtful = true;
      else if (isForeign(object, owner.object)) {
        this.#observer.strayReference(object, reference);
        isDoubtful = true;
      } else isDoubtful = !describes(reference, owner.object) || waitsForDependents(owner.object);
    }
    if (isDoubtful) this.#observer.work(node.uid);
  }

  #unlink(node: GraphNode, owners: ReadonlyMap<string, boolean>): void {
    for (const [uid, wasBlocking] of owners) {
      const owner = this.#nodes.get(uid);
      if (!owner) continue;
      if (owner.dependents !== NOBODY) (owner.dependents as Set<GraphNode>).delete(node);
      if (wasBlocking) this.#unblock(owner);
      this.#forgetUnused(owner);
    }
  }

  #unblock(owner: GraphNode): void {
    owner.blocking--;
    if (owner.blocking === 0 && owner.object && waitsForDependents(owner.object)) this.#observer.work(owner.uid);
  }
}

/** Owners in a namespace can only own what is in the same one. */
function isForeign(dependent: Frozen<KubeObject>, owner: Frozen<KubeObject>): boolean {
  const { namespace } = owner.metadata;
  return namespace !== undefined && namespace !== dependent.metadata.namespace;
}

function describes({ apiVersion, kind, name }: Reference, owner: Frozen<KubeObject>): boolean {
  return apiVersion === owner.apiVersion && kind === owner.kind && name === owner.metadata.name;
}
