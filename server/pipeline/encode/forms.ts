/** Table and PartialObjectMetadata: the forms that meta.k8s.io offers of every kind. */
import type { Served } from '../../registry/catalog.ts';
import { columnDefinitions, tableRow } from '../../registry/table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { Negotiated } from '../media-types.ts';
import { servedValue } from '../request.ts';

/** The apiVersion of tables and partial objects: clients may still ask for an old one. */
export const metaVersion = ({ version }: Negotiated): string => `meta.k8s.io/${version}`;

/** A row of a table. `listed` are the objects of all rows. */
export function rowOf(
  served: Served,
  object: StoredObject,
  form: Negotiated,
  nowMs: number,
  listed?: readonly StoredObject[],
): object {
  // Columns are those of the stored version; what a row carries along is the version that was asked for.
  const { includeObject } = form;
  const row = tableRow(object.value, served.store.definition, includeObject, nowMs, metaVersion(form), listed);
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
    apiVersion: metaVersion(form),
    metadata: { resourceVersion: object.value.metadata.resourceVersion },
    columnDefinitions: withColumns ? columnDefinitions(served.info) : null,
    rows: [rowOf(served, object, form, nowMs)],
  };
}
