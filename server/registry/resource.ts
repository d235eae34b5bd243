import type { Cancel, Clock } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Random } from '../base/random.ts';
import type { FieldProblem } from '../kube/field-problem.ts';
import type { IpBlock } from '../kube/ip-addresses.ts';
import type { Key, KubeObject, User } from '../kube/object.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import type { StoredObject } from '../storage/stored-object.ts';

/**
 * Ends what a hook began: what it took (an IP, a port) belongs to the object now, or is given back when nothing was
 * stored.
 */
export interface Finish {
  /** @param isKnown false when nobody knows whether it was stored */
  (stored: boolean, isKnown?: boolean): void;
  /** What no other object may have: another server may be about to give it away, too. */
  readonly exclusive?: Exclusive;
}

export interface Exclusive {
  /** `ip/10.96.0.10`, `port/30080` */
  readonly names: readonly string[];
  /** Whether no other object has any of it, as far as is known now. */
  readonly isFree: () => boolean;
}

/** What the hooks of a kind may use besides the object. */
export interface RegistryEnv {
  readonly clock: Clock;
  readonly random: Random;
  /** The newest version of any object, such as a pod's namespace. `resource` is `pods` or `deployments.apps`. */
  readonly find: (resource: string, key: Key) => StoredObject | undefined;
  /** Where services get their addresses from, where no ServiceCIDRs say it: servers before 1.33 have none. */
  readonly serviceBlocks?: readonly IpBlock[];
  /** Every object of a resource, of one namespace if given. */
  readonly list: (resource: string, namespace?: string) => readonly StoredObject[];
  /** Names of all controllers, on or off, once they are known. */
  readonly controllerNames?: () => readonly string[];
}

/** Facts about one write that hooks may need. */
export interface WriteContext extends RegistryEnv {
  readonly user: User;
  readonly dryRun: boolean;
  /** Adds a Warning header to the answer. */
  readonly warn: (text: string) => void;
}

/**
 * What one file in `server/resources/` exports: everything about a kind that its description cannot say. Only the name
 * is required; a kind without a file behaves as its description alone says.
 *
 * @example
 * export const configMaps: ResourceDefinition<ConfigMap> = {
 *   resource: 'configmaps',
 *   validate: (configMap) => keyProblems(configMap.data, 'data'),
 *   cells: (configMap) => [Object.keys(configMap.data ?? {}).length],
 * };
 */
export interface ResourceDefinition<T extends KubeObject = KubeObject> {
  /** Plural with group: `deployments.apps`, `pods`. */
  readonly resource: string;
  /** Defaults that the description does not know; runs on every object that comes in, before admission. */
  fillDefaults?(object: T): void;
  /** Whether hooks give things away that only one object may have (`Finish.exclusive`). They change only the spec. */
  readonly givesAway?: true;
  /** After admission, before validation, of a new object: allocate, clear what clients may not set. */
  beforeCreate?(object: T, context: WriteContext): Finish | undefined;
  /** The same for a change. `old` is what is stored. */
  beforeUpdate?(object: T, old: Frozen<T>, context: WriteContext): Finish | undefined;
  /** The same for a change through the status subresource. */
  beforeStatusUpdate?(object: T, old: Frozen<T>, context: WriteContext): void;
  /**
   * Whether many objects have equal specs, as the pods of one template do. A new object's spec is then frozen before it
   * is validated, and the same value as that of its likes: what was found out about one holds for all.
   */
  readonly sharesSpec?: boolean;
  /** A copy of a shared spec for a new object, which admission and `beforeCreate` may change; whole unless given. */
  readonly openSpec?: (spec: Frozen<object>) => object;
  /** Whether the spec of a write to the status is taken as it is where it is the stored one: it is large. */
  readonly keepsSpec?: boolean;
  /**
   * Parts that a write takes as they are where they are the stored ones, for kinds that are written often: nothing in
   * this definition sets a field in place that is as it should be.
   */
  readonly keepsParts?: readonly ('spec' | 'status')[];
  /** The form in which an object is kept that was found to be right: the same object, perhaps with parts as text. */
  readonly kept?: (object: T) => T;
  /** Rules that the table cannot express; `old` on a change. */
  readonly validate?: (object: Frozen<T>, old?: Frozen<T>) => readonly FieldProblem[];
  /**
   * Whether `validate` itself checks which texts are allowed, in upstream's order and words; the table then does not.
   */
  readonly checksEnums?: boolean;
  /**
   * All rules of a kind that wants to know what is wrong with the metadata first, in place of those above and of those
   * for the status.
   *
   * @param others problems of the metadata
   * @param warn is told what is no problem but not well either, even when the write is refused
   */
  problemsWith?(
    others: readonly FieldProblem[],
    object: Frozen<T>,
    old: Frozen<T> | undefined,
    isStatus: boolean,
    warn: (text: string) => void,
  ): readonly FieldProblem[];
  /** Rules for a change through the status subresource; without it none beyond the table's. */
  readonly validateStatus?: (object: Frozen<T>, old: Frozen<T>) => readonly FieldProblem[];
  /** Warnings for the client, after validation. */
  warnings?(object: Frozen<T>, old?: Frozen<T>): readonly string[];
  /** A warning for every request, of kinds that are not recommended any more. */
  readonly deprecation?: string;
  /** Which names are allowed; DNS subdomains unless said otherwise. */
  readonly nameProblems?: (name: string) => string[];
  /** Whether `nameProblems` are asked of generateName on a change too: the kind's ValidateUpdate calls its Validate. */
  readonly rechecksGenerateName?: boolean;
  /** The part of the object whose change counts as a new generation. Without it the kind has no generation. */
  readonly generation?: (object: Frozen<T>) => unknown;
  /** The minor version since which the kind has a generation; always unless given. */
  readonly generationSince?: number;
  /** What a write through `/status` takes over besides `.status`: metadata except what is listed here. */
  readonly statusKeeps?: readonly ('generateName' | 'labels' | 'annotations' | 'ownerReferences' | 'finalizers')[];
  /** Whether `/status` is never shown as a table: kinds whose status storage upstream forgot to give one. */
  readonly statusHasNoTable?: boolean;
  /**
   * Paths (`status.conditions`) that no manager can own, by subresource (`''` for the object itself): GetResetFields of
   * kinds where they do not follow from the subresource.
   */
  readonly resetFields?: Readonly<Record<string, readonly string[]>>;
  /** Whether PUT to a name that does not exist creates the object. */
  readonly createOnUpdate?: boolean;
  /** Whether PUT must carry a resourceVersion. */
  readonly requiresResourceVersion?: boolean;
  /** Seconds between the request and the deletion; kinds without it go at once. */
  graceSeconds?(object: Frozen<T>, asked: number | undefined): number;
  /** Something besides finalizers that keeps a deleted object: the finalizers in a namespace's spec. */
  holdsDeletion?(object: Frozen<T>): boolean;
  /** Called when an object gets its deletionTimestamp. */
  onDeleting?(object: T): void;
  /** The finalizer that the first request to delete an object adds instead of what was asked for. */
  readonly deletionFinalizer?: string;
  /** Called after an object was written, or is gone; the request is not answered before it has come to its end. */
  afterWrite?(object: Frozen<T>, context: WriteContext): Promise<void>;
  /** Called after the object is gone. */
  afterDelete?(object: Frozen<T>, env: RegistryEnv): void;
  /** Whether dependents are orphaned when the request does not say. */
  readonly orphansByDefault?: boolean;
  /** Warnings for a DELETE of one object. */
  deleteWarnings?(options: DeleteOptions): readonly string[];
  /** Whether DELETE answers with the object instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** Fields for field selectors besides metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: Frozen<T>) => string>>;
  /** Whether `metadata.namespace` is no field for selectors: kinds that name their fields may leave it out. */
  readonly selectsNoNamespace?: boolean;
  /** Lifetime of a new object. */
  readonly ttlMs?: number;
  /** The message for a field that objects cannot be selected by, where upstream words its own. */
  unknownField?(field: string): string;
  /**
   * The cells of a table row, one for each column of the description. `listed` are the objects of all rows of a list.
   */
  cells?(object: Frozen<T>, nowMs: number, listed?: readonly { readonly value: Frozen<T> }[]): readonly unknown[];
  /** Cells of columns that only older versions of Kubernetes have, by the column's name. */
  readonly otherCells?: Readonly<Record<string, (object: Frozen<T>) => unknown>>;
  /** The order of the rows of a table, where it is not that of their names. */
  readonly tableOrder?: (a: Frozen<T>, b: Frozen<T>) => number;
  /** Whether each table of a watch describes its columns: upstream's for this kind does not look at `noHeaders`. */
  readonly repeatsColumns?: boolean;
  /** Conditions of a table row: kubectl leaves completed pods out of some listings. */
  rowConditions?(object: Frozen<T>): readonly unknown[] | undefined;
  /** How other served versions (`autoscaling/v1`) differ from the stored one; another group shares the objects. */
  readonly versions?: Readonly<Record<string, VersionConversion>>;
  /** Conversions between the versions of a custom resource that take a webhook. */
  readonly conversions?: Conversions;
  readonly subresources?: Readonly<Record<string, Subresource>>;
  /** An annotation that stands for a field of another version: forms with metadata only do not have it. */
  readonly versionAnnotation?: string;
  /** Answers a POST instead of storing the object: reviews and bindings. */
  create?(object: T, call: SubresourceCall): Promise<KubeObject>;
  /** Objects that are computed instead of stored: component statuses. */
  readonly computed?: (env: RegistryEnv) => readonly KubeObject[];
}

/** Conversions of objects that are not stored, by somebody who has to be asked. */
export interface Conversions {
  /** A request begins that may need some: what it learns is kept until it calls back. */
  begin(): Cancel;
  /** @throws Unconverted where somebody has to be asked first: see `custom/conversion/unconverted.ts` */
  convert(object: Frozen<KubeObject>, apiVersion: string): KubeObject;
}

/** Conversion between a served version and the stored one. */
export interface VersionConversion {
  /** A warning for every request, of versions that servers will not have for ever. */
  readonly deprecation?: string;
  toStored(object: KubeObject): KubeObject;
  fromStored(object: Frozen<KubeObject>): KubeObject;
}

/** What a subresource gets to know of the request. */
export interface SubresourceCall {
  readonly info: ResourceInfo;
  readonly key: Key;
  readonly user: User;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly env: RegistryEnv;
  readonly warn: (text: string) => void;
  /**
   * Changes an object of any resource as a subresource of it would: what evictions do to budgets and bindings to pods.
   * @throws ApiError 404, and what `change` throws
   */
  change(
    resource: string,
    subresource: string,
    key: Key,
    change: (object: KubeObject, current: StoredObject) => void,
  ): Promise<StoredObject>;
}

/** A part of an object that has a subresource for itself. Clients send the whole object; the rest is passed over. */
export interface ObjectPart {
  /** Puts back what a write through the subresource cannot change (PrepareForUpdate). */
  keepRest(object: KubeObject, old: Frozen<KubeObject>): void;
  /** The rules for a change, in place of those for the object. */
  readonly validate: (object: Frozen<KubeObject>, old: Frozen<KubeObject>) => readonly FieldProblem[];
}

/**
 * A subresource that changes the parent through an object of another kind or by rules of its own: scale, binding,
 * eviction, token, finalize, approval. Status needs none: the store knows it.
 */
export interface Subresource {
  /** The subresource is the object itself, read and written as such, of which only a part changes. */
  readonly part?: ObjectPart;
  /** Whether a change has to follow the rules of the parent too, as scale does. */
  readonly parentRules?: boolean;
  /** Whether `create` compares the name in the body with that of the parent, in words of its own. */
  readonly checksName?: boolean;
  /** What a body of `create` may say as its apiVersion besides, where an older version reads the same. */
  readonly otherVersions?: readonly string[];
  /** The subresource's own object, made of the parent. */
  get?(parent: Frozen<KubeObject>): KubeObject;
  /** The same as admission sees it before a change, where that is more lenient. */
  before?(parent: Frozen<KubeObject>): Frozen<KubeObject>;
  /** The same as the answer to a GET, where that is stricter. @throws ApiError */
  show?(parent: Frozen<KubeObject>): KubeObject;
  /** Of a Scale: where its parent has the replicas, unless that is `.spec.replicas`. */
  readonly replicasPath?: string;
  /** Puts what a PUT or PATCH of the subresource says into the parent. */
  apply?(object: KubeObject, parent: KubeObject, call: SubresourceCall): void;
  /** POST. The answer is the object that is returned. */
  readonly create?: (
    object: KubeObject,
    call: SubresourceCall,
    access: ParentAccess,
  ) => Promise<{ status: number; object: KubeObject }>;
}

/** What a POST to a subresource may do with its parent. */
export interface ParentAccess {
  /** @throws ApiError 404 */
  get(): StoredObject;
  /** Changes the parent through the store: validated, admitted, retried on conflict. */
  update(change: (parent: KubeObject, current: StoredObject) => void): Promise<StoredObject>;
  delete(options: DeleteOptions): Promise<void>;
}

/** metav1.DeleteOptions, as far as the store obeys it. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  orphanDependents?: boolean;
  propagationPolicy?: string;
  dryRun?: string[];
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
}
