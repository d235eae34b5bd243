import { type Cancel, rfc3339 } from '../base/clock.ts';
import { deepEqual, type Frozen } from '../base/freeze.ts';
import type { Random } from '../base/random.ts';
import { decided } from '../base/undecided.ts';
import { type About, ApiError, badRequest, notFound } from '../kube/api-error.ts';
import { type FieldProblem, invalidObject, withoutRepeats } from '../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../kube/names.ts';
import { type Key, type KubeObject, resourceName } from '../kube/object.ts';
import { keepTimes } from '../schema/apply/timestamps.ts';
import { inFieldOrder } from '../schema/field-order.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import { tableProblems } from '../schema/validate.ts';
import { reuse } from '../storage/reuse.ts';
import {
  checkPreconditions,
  type ListRequest,
  type Preconditions,
  type Storage,
  StorageError,
  type StoredPage,
  type WatchRequest,
  type WatchSink,
} from '../storage/storage.ts';
import { StoredObject } from '../storage/stored-object.ts';
import { type DeleteRequest, deleteObject, goesNow } from './deletion.ts';
import { apiErrorOf, OTHER_NAMESPACE, tellDeletion } from './errors.ts';
import { begun, isKnownOutcome } from './exclusive.ts';
import { keepAllButStatus, restoreField } from './kept-fields.ts';
import { generateName, NAME_ATTEMPTS } from './name-generator.ts';
import {
  generateNameProblems,
  inheritMeta,
  knowsFinalizers,
  type MetaRules,
  metaProblems,
  metaUpdateProblems,
  orderedMeta,
  wipeSystemFields,
} from './object-meta.ts';
import { warnOfOwnAnnotations } from './own-annotations.ts';
import type { Finish, RegistryEnv, ResourceDefinition, WriteContext } from './resource.ts';
import { openShared } from './shared-parts.ts';
import { SharedTemplate } from './shared-template.ts';
import { checkVersion } from './version-check.ts';
import { reviewOf, settling, type WriteOptions } from './write.ts';
import { writeContext } from './write-context.ts';

/** Makes the new version of an object from the stored one. It runs again after a conflict. */
export type MakeVersion = (current: StoredObject) => KubeObject | Promise<KubeObject>;

/**
 * REST behaviour of one resource: the only implementation, steered by its description and definition. It works on
 * canonical objects of the stored version; versions and encodings are the pipeline's affair.
 */
export class ResourceStore {
  readonly info: ResourceInfo;
  readonly definition: ResourceDefinition;
  readonly about: About;
  readonly #storage: Storage;
  readonly #env: RegistryEnv;
  readonly #bucket: string;
  readonly #metaRules: MetaRules;
  #template: SharedTemplate | undefined;

  /** @param about how errors call the resource, where another group shows its objects */
  constructor(
    info: ResourceInfo,
    definition: ResourceDefinition,
    storage: Storage,
    env: RegistryEnv,
    about: About = { group: info.group, resource: info.resource },
  ) {
    this.info = info;
    this.definition = definition;
    this.about = about;
    this.#storage = storage;
    this.#env = env;
    this.#bucket = resourceName(info.group, info.resource);
    const { nameProblems = dnsSubdomainProblems } = definition;
    this.#metaRules = { namespaced: info.namespaced, knowsFinalizers: knowsFinalizers(info), nameProblems };
  }

  /** The storage key of an object, or the prefix of a namespace or of everything. */
  keyOf({ namespace, name }: Key): string {
    return namespace === '' ? `${this.#bucket}/${name}` : `${this.#bucket}/${namespace}/${name}`;
  }

  prefixOf(namespace: string): string {
    return namespace === '' ? `${this.#bucket}/` : `${this.#bucket}/${namespace}/`;
  }

  revision(): number {
    return this.#storage.revision();
  }

  /** What a reader has to wait for where others write, too: that the newest revision is known, or that one. */
  fresh(atLeast?: number): Promise<void> | undefined {
    if (atLeast !== undefined && atLeast <= this.#storage.revision()) return undefined;
    return this.#storage.fresh?.(atLeast);
  }

  /** What a reader of the past has to wait for, where that is kept elsewhere. */
  recall(revision: number): Promise<void> | undefined {
    return this.#storage.recall?.(revision);
  }

  find(key: Key): StoredObject | undefined {
    return this.#storage.get(this.keyOf(key));
  }

  /** @throws ApiError 404 */
  get(key: Key): StoredObject {
    const stored = this.find(key);
    if (!stored) throw notFound(this.about, key.name);
    return stored;
  }

  /** @throws StorageError `expired`, `too-new`: the caller knows how the request was worded */
  list(namespace: string, request: ListRequest = {}): StoredPage {
    return this.#storage.list(this.prefixOf(namespace), request);
  }

  /** @throws StorageError `expired` */
  watch(namespace: string, request: WatchRequest, sink: WatchSink): Cancel {
    return this.#storage.watch(this.prefixOf(namespace), request, sink);
  }

  /** Looks anew at an object, where something outside decides how it is shown. @throws ApiError 500 */
  async refresh(key: Key): Promise<void> {
    await this.#storage.refresh?.(this.keyOf(key));
  }

  /** Resolves when watchers have been handed what happened so far; undefined when they have. */
  delivering(): Promise<unknown> | undefined {
    return this.#storage.delivering?.();
  }

  /**
   * Stores a new object. `object` is canonical, has its defaults, and belongs to the store from now on.
   * @throws ApiError 409 when the name is taken, 422 when rules are broken, and what admission throws
   */
  create(object: KubeObject, write: WriteOptions): Promise<StoredObject> {
    return settling(write, (settled) => this.#create(object, settled));
  }

  async #create(object: KubeObject, write: WriteOptions): Promise<StoredObject> {
    const { namespace } = object.metadata;
    // What the client may not choose (rest.WipeObjectMetaSystemFields).
    const given = wipeSystemFields(object.metadata);
    await write.admission.mutate(reviewOf('create', this.info, write, { object }));
    const meta = object.metadata;
    if (meta.namespace !== namespace) throw badRequest(OTHER_NAMESPACE);
    // What every new object has (rest.FillObjectMetaSystemFields).
    if (meta !== given) wipeSystemFields(meta);
    const generated = !meta.name && meta.generateName ? meta.generateName : undefined;
    const random = this.#randomOf(meta);
    meta.uid = random.uuid();
    meta.creationTimestamp = rfc3339(this.#env.clock.now());
    // What is no version counts for none.
    const isVersioned = Number(meta.resourceVersion ?? 0) > 0;
    delete meta.resourceVersion;
    for (let attempt = 1; ; attempt++) {
      if (generated) meta.name = generateName(generated, random);
      try {
        return await this.#createOnce(object, write, isVersioned);
      } catch (error) {
        if (!(generated && error instanceof StorageError && error.code === 'exists' && attempt < NAME_ATTEMPTS)) {
          const key = { namespace: meta.namespace ?? '', name: meta.name ?? '' };
          throw await tellDeletion(apiErrorOf(error, this.about, key), () => this.find(key));
        }
      }
    }
  }

  async #createOnce(object: KubeObject, write: WriteOptions, isVersioned: boolean): Promise<StoredObject> {
    const { definition } = this;
    if (definition.generation) object.metadata.generation = 1;
    const hook = begun(definition, object, this.#storage, () =>
      decided(() => definition.beforeCreate?.(object, this.#context(write, object))),
    );
    const finish = hook instanceof Promise ? await hook : hook;
    try {
      if (definition.sharesSpec) this.#share(object);
      const ofMeta = metaProblems(object.metadata, this.#metaRules);
      const problems = definition.problemsWith?.(
        ofMeta,
        object as Frozen<KubeObject>,
        undefined,
        false,
        write.warn,
      ) ?? [
        ...ofMeta,
        ...(definition.checksEnums ? [] : tableProblems(object, this.info.type)),
        ...(definition.validate?.(object as Frozen<KubeObject>) ?? []),
      ];
      this.#refuse(object, problems);
      for (const text of definition.warnings?.(object as Frozen<KubeObject>) ?? []) write.warn(text);
      warnOfOwnAnnotations(object as Frozen<KubeObject>, undefined, this.#env, write);
      await write.admission.validate(reviewOf('create', this.info, write, { object }));
      // Upstream's storage says so, after everything else, and a dry run does not come as far.
      if (isVersioned && !write.dryRun)
        throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
      object.metadata = orderedMeta(object.metadata);
      const ordered = inFieldOrder(object, this.info.type);
      const key = this.keyOf({ namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' });
      if (write.dryRun) {
        if (this.#storage.get(key)) throw new StorageError('exists', key);
        finish?.(false);
        delete ordered.metadata.resourceVersion;
        return await this.#rehearsed(key, this.#storage.revision(), ordered);
      }
      const stored = await this.#storage.create(
        key,
        definition.kept?.(ordered) ?? ordered,
        definition.ttlMs === undefined ? {} : { ttlMs: definition.ttlMs },
      );
      finish?.(true);
      await definition.afterWrite?.(stored.value, this.#context(write, stored.value));
      return stored;
    } catch (error) {
      finish?.(false, isKnownOutcome(error));
      throw error;
    }
  }

  #share(object: KubeObject): void {
    const type = this.info.type.byName.get('spec')?.type;
    if (!type) return;
    this.#template ??= new SharedTemplate(type);
    this.#template.share(object);
  }

  /**
   * Changes an object. `make` gets the stored version and returns the canonical new one; all checks run on it.
   * @throws ApiError 404, 409, 422 and what admission or `make` throw
   */
  update(key: Key, make: MakeVersion, write: WriteOptions, expect: Preconditions = {}): Promise<StoredObject> {
    return settling(write, (settled) => this.#update(key, make, settled, expect));
  }

  async #update(key: Key, make: MakeVersion, write: WriteOptions, expect: Preconditions): Promise<StoredObject> {
    let finish: Finish | undefined;
    let last: StoredObject | undefined;
    const change = async (current: StoredObject): Promise<KubeObject | 'delete'> => {
      finish?.(false);
      finish = undefined;
      const result = await this.#checkedUpdate(await make(current), current, write);
      const { object } = result;
      finish = result.finish;
      const goes = goesNow(object, current.value, this.definition);
      last = goes ? new StoredObject(current.key, current.revision, object as Frozen<KubeObject>) : undefined;
      return goes ? 'delete' : object;
    };
    try {
      if (write.dryRun) {
        const stored = await this.#dryRun(key, change, expect);
        finish?.(false);
        return last ?? stored;
      }
      const stored = await this.#storage.guaranteedUpdate(this.keyOf(key), expect, change);
      finish?.(true);
      if (last) this.definition.afterDelete?.(stored.value, this.#env);
      const after = this.definition.afterWrite?.(stored.value, this.#context(write, stored.value));
      if (after) await after;
      // Whoever takes the last finalizer away is answered with what would have been stored (deleteWithoutFinalizers).
      return last ?? stored;
    } catch (error) {
      finish?.(false, isKnownOutcome(error));
      throw apiErrorOf(error, this.about, key, expect);
    }
  }

  async #dryRun(
    key: Key,
    change: (current: StoredObject) => Promise<KubeObject | 'delete'>,
    expect: Preconditions,
  ): Promise<StoredObject> {
    const current = this.#storage.get(this.keyOf(key));
    if (!current) throw new StorageError('not-found', key.name);
    checkPreconditions(current, expect);
    const next = await change(current);
    return next === 'delete' ? current : this.#rehearsed(current.key, current.revision, next);
  }

  async #rehearsed(key: string, revision: number, object: KubeObject): Promise<StoredObject> {
    const shown = (await this.#storage.rehearse?.(object)) ?? object;
    return new StoredObject(key, revision, shown as Frozen<KubeObject>);
  }

  async #checkedUpdate(
    object: KubeObject,
    current: StoredObject,
    write: WriteOptions,
  ): Promise<{ object: KubeObject; finish: Finish | undefined }> {
    const { definition } = this;
    const old = current.value;
    checkVersion(object, current, this);
    inheritMeta(object, old);
    const part = definition.subresources?.[write.subresource ?? '']?.part;
    const rules = part ? 'part' : (write.rules ?? 'object');
    const meta = object.metadata;
    if (rules === 'object' && definition.sharesSpec) openShared(object, definition);
    const review = reviewOf('update', this.info, write, { object, old });
    await write.admission.mutate(review);
    if (object.metadata !== meta) inheritMeta(object, old);
    if (rules === 'status') keepAllButStatus(object, old, definition);
    else if (rules === 'object' && this.info.subresources.has('status')) restoreField(object, old, 'status');
    part?.keepRest(object, old);
    const before = (): Finish | undefined => definition.beforeUpdate?.(object, old, this.#context(write, old));
    const hasHook = rules === 'object' && definition.beforeUpdate !== undefined;
    const hook = hasHook ? begun(definition, object, this.#storage, () => decided(before)) : undefined;
    const finish = hook instanceof Promise ? await hook : hook;
    if (rules === 'status') definition.beforeStatusUpdate?.(object, old, this.#context(write, old));
    // One that is the stored one is known to be right, in order, and no change.
    if (definition.sharesSpec) object.spec = reuse(object.spec, old.spec);
    else if (object.spec !== old.spec && deepEqual(object.spec, old.spec)) object.spec = old.spec as KubeObject['spec'];
    try {
      if (rules !== 'status') this.#countGeneration(object, old);
      const own =
        rules === 'object' ? definition.validate : rules === 'status' ? definition.validateStatus : part?.validate;
      const ofMeta = metaUpdateProblems(object.metadata, old.metadata, this.#metaRules);
      const isStatus = rules === 'status';
      const problems = definition.problemsWith?.(ofMeta, object as Frozen<KubeObject>, old, isStatus, write.warn) ?? [
        ...ofMeta,
        ...(rules === 'object' && definition.rechecksGenerateName
          ? generateNameProblems(object.metadata, this.#metaRules)
          : []),
        ...(definition.checksEnums ? [] : tableProblems(object, this.info.type)),
        ...(own?.(object as Frozen<KubeObject>, old) ?? []),
      ];
      this.#refuse(object, problems);
      for (const text of (rules === 'object' && definition.warnings?.(object as Frozen<KubeObject>, old)) || [])
        write.warn(text);
      if (rules === 'object') warnOfOwnAnnotations(object as Frozen<KubeObject>, old, this.#env, write);
      await write.admission.validate(review);
    } catch (error) {
      finish?.(false);
      throw error;
    }
    object.metadata.resourceVersion = String(current.revision);
    object.metadata = orderedMeta(object.metadata);
    const ordered = inFieldOrder(object, this.info.type);
    keepTimes(ordered, old);
    return { object: definition.kept?.(ordered) ?? ordered, finish };
  }

  /**
   * Deletes an object or marks it as being deleted.
   * @returns the last version, and whether it is gone
   * @throws ApiError 404, 409
   */
  async delete(
    key: Key,
    request: DeleteRequest,
    write: WriteOptions,
  ): Promise<{ object: StoredObject; gone: boolean }> {
    const current = this.get(key);
    const review = reviewOf('delete', this.info, write, { key, old: current.value, deleteOptions: request.options });
    await write.admission.mutate(review);
    await write.admission.validate(review);
    const store = {
      storage: this.#storage,
      key: this.keyOf(key),
      about: { group: this.info.group, resource: this.info.kind },
      definition: this.definition,
    };
    try {
      const result = await deleteObject(store, request, this.#env.clock, write.dryRun);
      if (result.gone && !write.dryRun) this.definition.afterDelete?.(result.object.value, this.#env);
      if (!write.dryRun)
        await this.definition.afterWrite?.(result.object.value, this.#context(write, result.object.value));
      return result;
    } catch (error) {
      throw apiErrorOf(error, this.about, key, request.options.preconditions);
    }
  }

  #countGeneration(object: KubeObject, old: Frozen<KubeObject>): void {
    const { generation } = this.definition;
    if (!generation || deepEqual(generation(object as Frozen<KubeObject>), generation(old))) return;
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }

  /** What is taken at random for one object depends on no other. */
  #randomOf({ namespace = '', name, generateName: prefix = '' }: Frozen<KubeObject>['metadata']): Random {
    return this.#env.random.of(`${this.#bucket} ${namespace}/${name || prefix}`);
  }

  #context(write: WriteOptions, { metadata }: Frozen<KubeObject>): WriteContext {
    return writeContext(this.#env, write, () => this.#randomOf(metadata));
  }

  #refuse(object: KubeObject, problems: readonly FieldProblem[]): void {
    if (problems.length === 0) return;
    // Only the kinds of k8s.io/api declare rules.
    const isDeclared = this.info.type.name.startsWith('io.k8s.api.');
    const about = { group: this.info.group, kind: this.info.isCustom ? (object.kind ?? '') : this.info.kind };
    throw invalidObject(about, object.metadata.name ?? '', isDeclared ? withoutRepeats(problems) : problems);
  }
}
