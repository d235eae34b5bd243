/** Table and PartialObjectMetadata: the forms that meta.k8s.io offers of every kind. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { columnDefinitions, partialMetadata, tableRow } from '../../registry/table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { Negotiated } from '../media-types.ts';
import { type ListResponse, servedValue } from '../request.ts';
import { listMeta } from './list.ts';

function rowOf(
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

export function listTable(response: ListResponse, form: Negotiated, nowMs: number): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMeta(response),
    columnDefinitions: columnDefinitions(response.served.info),
    rows: response.items.map((item) => rowOf(response.served, item, form, nowMs, response.items)),
  };
}

export function listPartial(response: ListResponse): object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMeta(response),
    items: response.items.map((item) => partialMetadata(item.value)),
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
