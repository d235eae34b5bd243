/**
 * The format of `kinds.gen.json`: one description of every built-in kind, without prose. Short keys keep it below half
 * a megabyte; `type-table.ts` turns it into the readable form on first use.
 */

/** One field of a type, in the order in which Go declares (and therefore prints) it. */
export interface FieldRow {
  /** Name in JSON. */
  n: string;
  /**
   * Type: `string boolean int32 int64 double bytes`, `@model` (struct or opaque type), `[]` list of, `{}` map of, a
   * leading `*` for a pointer.
   */
  t: string;
  /** Go's name of the type where it does not follow from `t`; decoding errors quote it. */
  g?: string;
  /** Omitted from JSON: 1 when empty, 2 when zero, 3 both. */
  o?: number;
  /** 1 when required. */
  r?: number;
  /** Protobuf field number; `2.1` is field 1 of the embedded message 2. */
  p?: string;
  /** Default. */
  d?: unknown;
  /** 1 when OpenAPI does not publish the default: older servers had many in their programs only. */
  h?: number;
  /** 1 when what clients say in it is dropped: the feature that it belongs to is off. */
  z?: number;
  /** Allowed values (of the items of a list, of the values of a map). */
  e?: string[];
  /** Format where it does not follow from the type. */
  f?: string;
  /** List merge type: `atomic`, `set`, or `map` followed by the keys. */
  l?: string[];
  /** Map merge type. */
  m?: string;
  /** Strategic merge patch: strategy and merge key. */
  s?: string;
  k?: string;
  /** 1 when upstream has no text for the field: OpenAPI then refers to the type without wrapping. */
  x?: number;
}

/**
 * `k` lists the kinds a type stands for as `group/version/Kind`; `m` and `u` are the map type and unions of OpenAPI;
 * `x` is 1 when upstream has no text for the type.
 */
export interface TypeRow {
  f: FieldRow[];
  k?: string[];
  m?: string;
  u?: unknown;
  x?: number;
}

/** A column of a table: name, type, format, priority, and its description or `@type#field` that has the same text. */
export type ColumnRow = [name: string, type: string, format: string, priority: number, description: string];

export interface SubresourceRow {
  name: string;
  /** `group/version/Kind`. */
  kind: string;
  verbs: string[];
  /** HTTP methods of a subresource that hands the connection on (exec, proxy). */
  connect?: string[];
  /** 1 when everything below the subresource's path belongs to it too. */
  subpath?: number;
  /** Type whose fields are the query parameters of GET. */
  options?: string;
  /** Media types of GET besides those of every resource. */
  produces?: string[];
  /** 1 when GET answers with text instead of an object. */
  text?: number;
}

export interface ResourceRow {
  name: string;
  singular: string;
  namespaced: boolean;
  kind: string;
  /** Name of the type in `types`. */
  type: string;
  verbs: string[];
  short?: string[];
  categories?: string[];
  hash?: string;
  /** 1 when DELETE answers with the object instead of a Status. */
  returns?: number;
  subresources?: SubresourceRow[];
  columns?: ColumnRow[];
}

/** How the documents of OpenAPI are written, where that is not as the newest version does it. */
export interface DocumentTraits {
  /** 1 when v3 gives the items of lists and maps their defaults (kube-openapi did until 1.34). */
  itemDefaults?: number;
  /** 1 when each document of v3 names the kinds of all groups where a type stands for many: DeleteOptions. */
  allKinds?: number;
  /** 1 when documents name the patch: `v1.30.14`. */
  patchVersion?: number;
}

export interface KindsFile extends DocumentTraits {
  gitVersion: string;
  /** In the order of the server's own answer to `GET /apis`; the first version of a group is the preferred one. */
  groups: { group: string; versions: { version: string; resources: ResourceRow[] }[] }[];
  /** Kinds that no resource serves (options, lists, reviews): `group/version/Kind` → type. */
  kinds: Record<string, string>;
  /**
   * Parameters that OpenAPI v2 shares: `type#field`, or the name alone → the hash that ends the shared name. Upstream
   * makes the hash of texts that are not kept here.
   */
  parameters: Record<string, string>;
  types: Record<string, TypeRow>;
}

/**
 * What another version of Kubernetes has otherwise than the next newer one: whole rows, `null` for what there was not.
 * `server/schema/older-kinds.gen.json` is a list of these, the newest first, the first against `kinds.gen.json`.
 */
export interface OlderKinds extends DocumentTraits {
  gitVersion: string;
  /** Names of the resources of each version, in the order of discovery; absent where nothing differs. */
  groups?: { group: string; versions: { version: string; resources: string[] }[] }[];
  /** `group/version/resource` → row. */
  resources: Record<string, ResourceRow>;
  kinds: Record<string, string | null>;
  parameters: Record<string, string | null>;
  types: Record<string, TypeRow | null>;
}
