/** A custom resource in all of its versions, as its definition stands now. */
import { deepEqual } from '../../base/freeze.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import { resourceName } from '../../kube/object.ts';
import { compileStructural, type JsonSchema, type StructuralSchema } from '../../schema/custom/structural-schema.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Served } from '../catalog.ts';
import { metaProblems } from '../object-meta.ts';
import type { RegistryEnv } from '../resource.ts';
import { ResourceStore } from '../resource-store.ts';
import { LooseConversions } from './conversion/loose-conversions.ts';
import { type WebhookAccess, WebhookConverter } from './conversion/webhook-converter.ts';
import { ConvertedStorage } from './converted-storage.ts';
import { customDefinition } from './custom-definition.ts';
import { customInfo, type Definition, type DefinitionVersion, deprecationOf, isTrue } from './custom-version.ts';
import { versionCodec, webhookCodec } from './version-codec.ts';
import { VersionedStorage } from './versioned-storage.ts';

export interface CustomKindParts {
  readonly storage: Storage;
  readonly env: RegistryEnv;
  /** How webhooks are reached that convert. */
  readonly webhooks?: WebhookAccess | undefined;
}

export interface CustomVersion {
  readonly served: Served;
  readonly version: DefinitionVersion;
}

/** What depends on the spec and the accepted names only: it outlives a change of conditions, as its watches do. */
interface Compiled {
  readonly schemas: ReadonlyMap<string, StructuralSchema>;
  readonly storages: ReadonlyMap<string, VersionedStorage>;
  readonly conversions: LooseConversions | undefined;
}

/** What the catalog knows of a custom resource. */
export interface CustomKind {
  /** `gizmos.example.com` */
  readonly name: string;
  readonly definition: Definition;
  /** Whether discovery tells of it. */
  readonly isEstablished: boolean;
  /** Served versions. */
  readonly versions: readonly CustomVersion[];
  /** Its objects in the version in which they are stored. */
  readonly store: ResourceStore;
  readonly compiled: Compiled;
}

/** A schema that describes nothing keeps everything (preserveUnknownFields). */
const OPEN: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** @param before the kind as it was, of which everything is kept that is still as it was */
export function customKind(definition: Definition, parts: CustomKindParts, before?: CustomKind): CustomKind {
  const { spec, status } = definition;
  const { group } = spec;
  const plural = status.acceptedNames.plural;
  const versions = spec.versions ?? [];
  const compiled = before && isAsBefore(definition, before) ? before.compiled : compile(definition, parts);
  const storageVersion = storageVersionOf(definition);
  const made = (version: DefinitionVersion): Served => {
    const schema = compiled.schemas.get(version.name) as StructuralSchema;
    const info = customInfo(definition, version, schema);
    const { conversions } = compiled;
    const own = customDefinition({
      group,
      plural,
      kind: info.kind,
      version,
      deprecation: deprecationOf(definition, version),
      schema,
      columns: info.columnsOf,
      isTerminating: definition.metadata.deletionTimestamp !== undefined || isTrue(definition, 'Terminating'),
      ...(conversions && { conversions }),
    });
    const storage = compiled.storages.get(version.name) as VersionedStorage;
    return { info, store: new ResourceStore(info, own, storage, parts.env) };
  };
  const stored = made(storageVersion);
  const served = versions.filter((version) => version.served);
  return {
    name: resourceName(group, plural),
    definition,
    isEstablished: isTrue(definition, 'Established'),
    versions: served.map((version) => ({ version, served: version === storageVersion ? stored : made(version) })),
    store: stored.store,
    compiled,
  };
}

/**
 * Whether only conditions have changed: upstream then goes on with the storage that it has
 * (updateCustomResourceDefinition).
 */
export const isAsBefore = (definition: Definition, { definition: before }: CustomKind): boolean =>
  definition.metadata.uid === before.metadata.uid &&
  deepEqual(definition.status.acceptedNames, before.status.acceptedNames) &&
  deepEqual(definition.spec, before.spec);

/** Ends all watches of a kind, whose clients begin new ones. */
export function endWatches({ compiled }: CustomKind): void {
  for (const storage of compiled.storages.values()) storage.endWatches();
}

function storageVersionOf({ spec, metadata }: Definition): DefinitionVersion {
  const versions = spec.versions ?? [];
  const found = versions.find((version) => version.storage) ?? versions[0];
  if (!found) throw new Error(`${metadata.name} has no version`);
  return found;
}

function compile(definition: Definition, { storage, webhooks }: CustomKindParts): Compiled {
  const { group, conversion } = definition.spec;
  const versions = definition.spec.versions ?? [];
  const schemas = new Map(versions.map((version) => [version.name, schemaOf(definition, version)]));
  const webhook =
    conversion?.strategy === 'Webhook' && webhooks ? new WebhookConverter(conversion, webhooks) : undefined;
  const storageVersion = storageVersionOf(definition).name;
  const storages = versions.map(({ name }) => {
    const parts = { group, version: name, storageVersion, readers: schemas };
    const own = webhook
      ? new ConvertedStorage(storage, webhookCodec(parts, webhook), webhooks?.begin)
      : new VersionedStorage(storage, versionCodec(parts));
    return [name, own] as const;
  });
  return { schemas, storages: new Map(storages), conversions: webhook && new LooseConversions(webhook) };
}

/** Whether requests for the objects of a definition are answered, whether or not discovery tells of it yet. */
export const isServed = (definition: Definition): boolean =>
  isTrue(definition, 'NamesAccepted') || isTrue(definition, 'Established');

function schemaOf({ spec }: Definition, version: DefinitionVersion): StructuralSchema {
  const isOpen = spec.preserveUnknownFields === true;
  const given = (): JsonSchema => {
    const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
    return (schema && isOpen ? { ...schema, 'x-kubernetes-preserve-unknown-fields': true } : schema) ?? OPEN;
  };
  return compileStructural(given, {
    metadataRules: (metadata) =>
      metaProblems(metadata, { namespaced: (metadata.namespace ?? '') !== '', nameProblems: pathSegmentProblems }),
  });
}
