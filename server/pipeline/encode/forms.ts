/** Table and PartialObjectMetadata: the forms that meta.k8s.io offers of every kind. */
import type { Served } from '../../registry/catalog.ts';
import { columnDefinitions, tableRow } from '../../registry/table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { Negotiated } from '../media-types.ts';
import { servedValue } from '../request.ts';

/** A row of a table. `listed` are the objects of all rows. */
export function rowOf(
  served: Served,
  object: StoredObject,
  { includeObject }: Negotiated,
  nowMs: number,
  listed?: readonly StoredObject[],
): object {
  // Columns are those of the stored version; what a row carries along is the version that was asked for.
  const row = tableRow(object.value, served.store.definition, includeObject, nowMs, listed);
  return includeObject === 'Object' && served.conversion ? { ...row, object: servedValue(served, object) } : row;
}

/** One object as a table: the answer to GET, and the object of a watch event. */
export function objectTable(
  served: Served,
  object: StoredObject,
  form: Negotiated,
  nowMs: number,
  withColumns = true,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: object.value.metadata.resourceVersion },
    columnDefinitions: withColumns ? columnDefinitions(served.info) : null,
    rows: [rowOf(served, object, form, nowMs)],
  };
}
