import type { Frozen } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import type { Event, ObjectReference } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { eventConversion } from '../shared/event-conversion.ts';
import { eventProblems } from '../shared/event-rules.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Go prints times that were never set as null. */
const age = (time: string | null | undefined, nowMs: number): string | undefined =>
  time ? since(time, nowMs) : undefined;

function sourceCell({ source, reportingComponent, reportingInstance }: Frozen<Event>): string {
  const component = source.component || reportingComponent;
  const instance = source.host || reportingInstance;
  return instance === '' ? component : `${component}, ${instance}`;
}

function cells(event: Frozen<Event>, nowMs: number): unknown[] {
  const {
    involvedObject: { kind = '', name = '', fieldPath = '' },
    series,
  } = event;
  const first = age(event.firstTimestamp, nowMs) ?? age(event.eventTime, nowMs) ?? '<unknown>';
  const last = age(event.lastTimestamp, nowMs) ?? first;
  return [
    series ? (age(series.lastObservedTime, nowMs) ?? '<unknown>') : last,
    event.type ?? '',
    event.reason ?? '',
    name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
    fieldPath,
    sourceCell(event),
    (event.message ?? '').trim(),
    first,
    series ? (series.count ?? 0) : event.count || 1,
    event.metadata.name,
  ];
}

type Reader = (event: Frozen<Event>) => string;

/** The fields of the object that an event is about, under the names of both groups. */
function referenceFields(): Record<string, Reader> {
  const fields = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;
  const readers = fields.map((field: keyof ObjectReference) => {
    const read: Reader = ({ involvedObject }) => involvedObject[field] ?? '';
    return { field, read };
  });
  return Object.fromEntries(
    readers.flatMap(({ field, read }) => [
      [`involvedObject.${field}`, read],
      [`regarding.${field}`, read],
    ]),
  );
}

export const definition: ResourceDefinition<Event> = {
  resource: 'events',
  nameProblems: pathSegmentProblems,
  validate: eventProblems,
  checksEnums: true,
  createOnUpdate: true,
  ttlMs: HOUR_MS,
  selectableFields: {
    ...referenceFields(),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    reportingController: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source.component || reportingComponent,
    type: ({ type }) => type ?? '',
  },
  cells,
  versions: { 'events.k8s.io/v1': eventConversion },
};
