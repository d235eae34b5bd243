/** Table and PartialObjectMetadata: the forms that meta.k8s.io offers of every kind. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { columnDefinitions, partialMetadata, tableRow } from '../../registry/table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { Negotiated } from '../media-types.ts';
import { type ListResponse, servedValue } from '../request.ts';
import { listMeta } from './list.ts';

/** The apiVersion of tables and partial objects: clients may still ask for an old one. */
export const metaVersion = ({ version }: Negotiated): string => `meta.k8s.io/${version}`;

/** Lists that upstream converts are Go slices without a value when nothing is in them. */
const nullIfEmpty = (list: readonly object[]): readonly object[] | null => (list.length === 0 ? null : list);

function rowOf(
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

export function listTable(response: ListResponse, form: Negotiated, nowMs: number): object {
  const rows = response.items.map((item) => rowOf(response.served, item, form, nowMs, response.items));
  return {
    kind: 'Table',
    apiVersion: metaVersion(form),
    metadata: listMeta(response),
    columnDefinitions: columnDefinitions(response.served.info),
    // Kinds without cells of their own are printed by other code, which differs in this.
    rows: response.served.store.definition.cells ? rows : nullIfEmpty(rows),
  };
}

export function listPartial(response: ListResponse, form: Negotiated): object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: metaVersion(form),
    metadata: listMeta(response),
    items: nullIfEmpty(response.items.map((item) => partialMetadata(item.value, metaVersion(form)))),
  };
}

/** A list as one value, for the encodings that are not streamed. */
export function listValue(response: ListResponse): object {
  const items = response.items.map((item) => {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = servedValue(response.served, item) as Frozen<KubeObject>;
    return rest;
  });
  const { info } = response.served;
  const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`;
  return { kind: `${info.kind}List`, apiVersion, metadata: listMeta(response), items };
}
