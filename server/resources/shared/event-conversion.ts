/** events.k8s.io/v1 shows the events of the core group under other names. */
import type { Frozen } from '../../base/freeze.ts';
import { RecentWeakMap } from '../../base/recent-weak-map.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Event, EventsV1Event } from '../../kube/types.gen.ts';
import type { VersionConversion } from '../../registry/resource.ts';

/** Field of events.k8s.io/v1 → field of v1, in the order in which Go prints the one of v1. */
const FROM_EVENTS_GROUP: readonly (readonly [from: keyof EventsV1Event, to: keyof Event])[] = [
  ['regarding', 'involvedObject'],
  ['reason', 'reason'],
  ['note', 'message'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['series', 'series'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingController', 'reportingComponent'],
  ['reportingInstance', 'reportingInstance'],
];

/** The fields of events.k8s.io/v1 in the order in which Go prints them. */
const EVENTS_GROUP_ORDER: readonly (keyof EventsV1Event)[] = [
  'eventTime',
  'series',
  'reportingController',
  'reportingInstance',
  'action',
  'reason',
  'regarding',
  'related',
  'note',
  'type',
  'deprecatedSource',
  'deprecatedFirstTimestamp',
  'deprecatedLastTimestamp',
  'deprecatedCount',
];

const TO_EVENTS_GROUP = new Map(FROM_EVENTS_GROUP.map(([from, to]) => [from, to]));

/** Always printed in v1, and left out when empty in events.k8s.io/v1. */
const OMITTED_WHEN_EMPTY = ['reportingController', 'reportingInstance'];

/** More than are on their way to the storage at one time: nobody asks later. */
const UNDER_WAY_MAX = 4096;

const fromEventsGroup = new RecentWeakMap<object, true>(UNDER_WAY_MAX);

/** Whether an object came in through events.k8s.io, whose rules are stricter. */
export const isFromEventsGroup = (event: Frozen<Event>): boolean => fromEventsGroup.get(event) === true;

export const eventConversion: VersionConversion = {
  toStored(object) {
    const event: KubeObject = { kind: 'Event', apiVersion: 'v1', metadata: object.metadata };
    const fields = event as Record<string, unknown>;
    for (const [from, to] of FROM_EVENTS_GROUP) if (object[from] !== undefined) fields[to] = object[from];
    event.reportingComponent ??= '';
    event.reportingInstance ??= '';
    fromEventsGroup.set(event, true);
    return event;
  },
  fromStored(object) {
    const event: Record<string, unknown> = { kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata: object.metadata };
    for (const field of EVENTS_GROUP_ORDER) {
      const value = object[TO_EVENTS_GROUP.get(field) ?? field];
      if (value === undefined || (value === '' && OMITTED_WHEN_EMPTY.includes(field))) continue;
      event[field] = value;
    }
    return event as unknown as KubeObject;
  },
};
