/** Events: what the parts of the cluster say about objects. */

import { clusterNow } from '../cluster-time.ts';
import { collectionOf } from '../collections.ts';
import { type Child, h } from '../dom.ts';
import { EVENTS, type Kind, WORKLOADS } from '../kinds.ts';
import { ageOf, type KubeObject } from '../objects.ts';
import { badge, choice, filter, fits, page, search, table, type View } from '../page.ts';
import { knownKinds, namespaceChoice } from './objects.ts';

/** An Event of the core group. */
export interface EventObject extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count: number; readonly lastObservedTime?: string };
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly involvedObject: {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
  };
}

const ROWS_MAX = 500;
let type = '';

export const timeOf = ({ series, lastTimestamp, eventTime, metadata }: EventObject): string =>
  series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';

/** Newest first. */
export function eventsNow(): EventObject[] {
  const events = [...collectionOf(EVENTS).items.values()] as EventObject[];
  return events.sort((a, b) => timeOf(b).localeCompare(timeOf(a)) || a.metadata.name.localeCompare(b.metadata.name));
}

function aboutOf({ involvedObject: { kind, name = '', namespace = '-' } }: EventObject): Child {
  const words = `${kind ?? ''} ${name}`;
  const known: Kind | undefined = [...WORKLOADS, ...knownKinds()].find((one) => one.kind === kind);
  if (!known) return words;
  const place = known.namespaced ? namespace : '-';
  const path = `${known.group || 'core'}/${known.version}/${known.resource}/${encodeURIComponent(place)}`;
  return h('a', { href: `#/object/${path}/${encodeURIComponent(name)}`, 'data-item': true }, words);
}

export function eventRows(events: readonly EventObject[], withObject = true): [string, Child[]][] {
  return events.map((event) => [
    event.metadata.uid,
    [
      ageOf(timeOf(event), clusterNow()),
      badge({ tone: event.type === 'Warning' ? 'bad' : 'ok', text: event.type ?? '' }),
      event.reason ?? '',
      ...(withObject ? [aboutOf(event)] : []),
      event.message ?? '',
      String(event.series?.count ?? event.count ?? 1),
      event.source?.component || event.reportingComponent || '',
    ],
  ]);
}

export const eventsView: View = {
  title: 'Events',
  key: 'e',
  render() {
    const events = eventsNow().filter(
      (event) =>
        (filter.namespace === '' || event.metadata.namespace === filter.namespace) &&
        (type === '' || event.type === type) &&
        fits(filter.text, event.reason, event.message, event.involvedObject.kind, event.involvedObject.name),
    );
    const types = choice(
      'Type',
      type,
      [
        ['', 'all'],
        ['Normal', 'Normal'],
        ['Warning', 'Warning'],
      ],
      (value) => {
        type = value;
        page.redraw();
      },
    );
    const heads = ['Age', 'Type', 'Reason', 'Object', 'Message', 'Count', 'From'];
    return [
      h('div', { class: 'bar' }, namespaceChoice(), types, search()),
      table('Events, newest first', heads, eventRows(events.slice(0, ROWS_MAX)), 'There are no such events.'),
    ];
  },
};
