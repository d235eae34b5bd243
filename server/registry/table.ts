/** meta.k8s.io/v1 Table: what `kubectl get` asks for. */
import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import { columnDescription } from '../schema/docs.ts';
import { inFieldOrder } from '../schema/field-order.ts';
import { builtInTypes, type ResourceInfo } from '../schema/type-table.ts';
import type { ResourceDefinition } from './resource.ts';

/** Which object a row carries along. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly conditions?: readonly unknown[];
  readonly object: unknown;
}

const definitions = new WeakMap<ResourceInfo, readonly ColumnDefinition[]>();

/** The columns of a resource, made once. */
export function columnDefinitions(info: ResourceInfo): readonly ColumnDefinition[] {
  let columns = definitions.get(info);
  if (!columns) {
    columns = info.columns.map(([name, type, format, priority, description]) => ({
      name,
      type,
      format,
      description: columnDescription(description),
      priority,
    }));
    definitions.set(info, columns);
  }
  return columns;
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** The metadata of an object as an object of its own. Custom resources have their fields in another order. */
export function partialMetadata(
  { metadata: given }: Frozen<KubeObject>,
  apiVersion: string,
  { versionAnnotation }: Pick<ResourceDefinition, 'versionAnnotation'> = {},
): object {
  const metadata = inFieldOrder(given, builtInTypes().type(OBJECT_META));
  const { annotations, ...rest } = metadata;
  if (versionAnnotation === undefined || annotations?.[versionAnnotation] === undefined)
    return { kind: 'PartialObjectMetadata', apiVersion, metadata };
  const others = Object.entries(annotations).filter(([key]) => key !== versionAnnotation);
  const shown = others.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(others) };
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: shown };
}

/**
 * One row. Kinds without cells of their own have the two columns that upstream gives to those.
 *
 * @param metaVersion apiVersion of the table
 */
export function tableRow(
  object: Frozen<KubeObject>,
  definition: ResourceDefinition,
  include: IncludeObject,
  nowMs: number,
  metaVersion: string,
  listed?: readonly { readonly value: Frozen<KubeObject> }[],
): TableRow {
  const cells = definition.cells?.(object, nowMs, listed) ?? [object.metadata.name, object.metadata.creationTimestamp];
  const conditions = definition.rowConditions?.(object);
  const carried =
    include === 'Object' ? object : include === 'Metadata' ? partialMetadata(object, metaVersion, definition) : null;
  return { cells, ...(conditions && { conditions }), object: carried };
}
