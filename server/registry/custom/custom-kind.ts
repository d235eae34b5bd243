/** A custom resource in all of its versions, as its definition stands now. */
import { pathSegmentProblems } from '../../kube/names.ts';
import { resourceName } from '../../kube/object.ts';
import type { RuleEngine } from '../../schema/custom/rules.ts';
import { compileStructural, type JsonSchema, type StructuralSchema } from '../../schema/custom/structural-schema.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Served } from '../catalog.ts';
import { metaProblems } from '../object-meta.ts';
import type { RegistryEnv } from '../resource.ts';
import { ResourceStore } from '../resource-store.ts';
import { customDefinition } from './custom-definition.ts';
import { customInfo, type Definition, type DefinitionVersion, deprecationOf, isTrue } from './custom-version.ts';
import { versionCodec } from './version-codec.ts';
import { VersionedStorage } from './versioned-storage.ts';

export interface CustomKindParts {
  readonly storage: Storage;
  readonly env: RegistryEnv;
  readonly rules?: RuleEngine | undefined;
}

export interface CustomVersion {
  readonly served: Served;
  readonly version: DefinitionVersion;
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
}

/** A schema that describes nothing keeps everything (preserveUnknownFields). */
const OPEN: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function customKind(definition: Definition, { storage, env, rules }: CustomKindParts): CustomKind {
  const { spec, status } = definition;
  const { group } = spec;
  const plural = status.acceptedNames.plural;
  const versions = spec.versions ?? [];
  const schemas = new Map(versions.map((version) => [version.name, schemaOf(definition, version, rules)]));
  const storageVersion = versions.find((version) => version.storage) ?? versions[0];
  if (!storageVersion) throw new Error(`${definition.metadata.name} has no version`);
  const made = (version: DefinitionVersion): Served => {
    const schema = schemas.get(version.name) as StructuralSchema;
    const info = customInfo(definition, version, schema);
    const codec = versionCodec({
      group,
      version: version.name,
      storageVersion: storageVersion.name,
      readers: schemas,
      convertsByName: spec.conversion?.strategy !== 'Webhook',
    });
    const parts = {
      group,
      plural,
      kind: info.kind,
      version,
      deprecation: deprecationOf(definition, version),
      schema,
      columns: info.columnsOf,
      isTerminating: definition.metadata.deletionTimestamp !== undefined || isTrue(definition, 'Terminating'),
    };
    const store = new ResourceStore(info, customDefinition(parts), new VersionedStorage(storage, codec), env);
    return { info, store };
  };
  const stored = made(storageVersion);
  const served = versions.filter((version) => version.served);
  return {
    name: resourceName(group, plural),
    definition,
    isEstablished: isTrue(definition, 'Established'),
    versions: served.map((version) => ({ version, served: version === storageVersion ? stored : made(version) })),
    store: stored.store,
  };
}

/** Whether requests for the objects of a definition are answered, whether or not discovery tells of it yet. */
export const isServed = (definition: Definition): boolean =>
  isTrue(definition, 'NamesAccepted') || isTrue(definition, 'Established');

function schemaOf({ spec }: Definition, version: DefinitionVersion, rules: RuleEngine | undefined): StructuralSchema {
  const schema = version.schema?.openAPIV3Schema;
  const isOpen = spec.preserveUnknownFields === true;
  const given = schema && isOpen ? { ...schema, 'x-kubernetes-preserve-unknown-fields': true } : schema;
  return compileStructural((given as JsonSchema | undefined) ?? OPEN, {
    metadataRules: (metadata) =>
      metaProblems(metadata, { namespaced: (metadata.namespace ?? '') !== '', nameProblems: pathSegmentProblems }),
    ...(rules && { rules }),
  });
}
