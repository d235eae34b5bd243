/** One version of a custom resource as the catalog serves it. Everything is made on first use: most are never asked. */
import { createHash } from 'node:crypto';
import type { Frozen } from '../../base/freeze.ts';
import { apiVersionOf } from '../../kube/object.ts';
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import { compareVersions } from '../../kube/version-order.ts';
import { customType } from '../../schema/custom/custom-type.ts';
import { modelName } from '../../schema/custom/openapi.ts';
import type { StructuralSchema } from '../../schema/custom/structural-schema.ts';
import type { ResourceInfo, SubresourceInfo } from '../../schema/type-table.ts';
import { type PrinterColumns, printerColumns } from './printer-columns.ts';

export type Definition = Frozen<CustomResourceDefinition>;
export type DefinitionVersion = NonNullable<Definition['spec']['versions']>[number];

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
/** What is left while a definition is being deleted. */
const TERMINATING_VERBS = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

export const isTrue = ({ status }: Definition, type: string): boolean =>
  (status.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');

/** discovery.StorageVersionHash. */
function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

export function customInfo(
  definition: Definition,
  version: DefinitionVersion,
  schema: StructuralSchema,
): ResourceInfo & { readonly columnsOf: () => PrinterColumns } {
  const { spec, status } = definition;
  const { group } = spec;
  const names = status.acceptedNames;
  const storage = spec.versions?.find((other) => other.storage)?.name ?? version.name;
  const type = customType(modelName(group, version.name, names.kind), schema);
  let columns: PrinterColumns | undefined;
  const columnsOf = (): PrinterColumns => (columns ??= printerColumns(version.additionalPrinterColumns ?? undefined));
  return {
    group,
    version: version.name,
    resource: names.plural,
    singular: names.singular ?? '',
    kind: names.kind,
    isCustom: true,
    listKind: names.listKind || `${names.kind}List`,
    namespaced: spec.scope === 'Namespaced',
    verbs: isTrue(definition, 'Terminating') ? TERMINATING_VERBS : VERBS,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    get storageVersionHash() {
      return storageVersionHash(group, storage, spec.names.kind);
    },
    returnsDeleted: false,
    type,
    subresources: subresources(group, version, names.kind),
    get columns() {
      return columnsOf().rows;
    },
    columnsOf,
  };
}

function subresources(group: string, version: DefinitionVersion, kind: string): Map<string, SubresourceInfo> {
  const found = new Map<string, SubresourceInfo>();
  const add = (name: string, gvk: { group: string; version: string; kind: string }): void => {
    const row = { name, kind: `${gvk.group}/${gvk.version}/${gvk.kind}`, verbs: SUBRESOURCE_VERBS };
    found.set(name, { name, ...gvk, verbs: SUBRESOURCE_VERBS, row });
  };
  if (version.subresources?.status) add('status', { group, version: version.name, kind });
  if (version.subresources?.scale) add('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' });
  return found;
}

/** What users of a deprecated version are told; undefined for others. */
export function deprecationOf({ spec }: Definition, version: DefinitionVersion): string | undefined {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning !== undefined && version.deprecationWarning !== null)
    return version.deprecationWarning;
  const { group, names } = spec;
  const text = `${apiVersionOf({ group, version: version.name })} ${names.kind} is deprecated`;
  const [better] = (spec.versions ?? [])
    .filter((other) => other.served && !other.deprecated && compareVersions(other.name, version.name) < 0)
    .map(({ name }) => name)
    .sort(compareVersions);
  return better === undefined ? text : `${text}; use ${apiVersionOf({ group, version: better })} ${names.kind}`;
}
