/** What lint finds, and what it looks at. */
import { rfc3339Micro } from '../../base/clock.ts';
import { resourceName } from '../../kube/object.ts';
import type { RequestInfo } from '../../pipeline/request-info.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';

export const SEVERITIES = ['info', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One habit of one client. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly userAgent: string;
  readonly user: string;
  /** `deployments.apps`, `pods/status` */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** How many requests it is about. */
  readonly count: number;
  /** When some of them came. */
  readonly times: readonly string[];
  /** What was seen. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Looks for one habit. */
export interface LintRule {
  readonly name: string;
  readonly severity: Severity;
  readonly advice: string;
  find(requests: LintRequests): readonly Found[];
}

export interface Found {
  readonly entries: readonly JournalEntry[];
  readonly message: string;
  /** Whether it is about one object, and not about all of a resource. */
  readonly isObject?: boolean;
}

/** The requests of clients that were answered, in their order. */
export interface LintRequests {
  readonly entries: readonly JournalEntry[];
  /** What clients of a deprecated version are told; undefined for one that is not. */
  deprecationOf(info: RequestInfo): string | undefined;
}

const TIMES_SHOWN = 3;

export function findingOf({ name: rule, severity, advice }: LintRule, found: Found): Finding {
  const { entries, message, isObject = false } = found;
  const [first] = entries;
  if (!first) throw new Error('a finding is about requests');
  const { userAgent, user, namespace, name } = first;
  return {
    rule,
    severity,
    userAgent,
    user: user?.name ?? '',
    resource: resourceText(first),
    ...(namespace !== '' && isObject && { namespace }),
    ...(isObject && { name }),
    count: entries.length,
    times: entries.slice(0, TIMES_SHOWN).map(({ receivedAtMs }) => rfc3339Micro(receivedAtMs)),
    message,
    advice,
  };
}

export function resourceText({ info }: JournalEntry): string {
  const plural = resourceName(info.group, info.resource);
  return info.subresource === '' ? plural : `${plural}/${info.subresource}`;
}

/** Who sent it, with what. */
const client = ({ userAgent, user }: JournalEntry): string => `${userAgent}\n${user?.name ?? ''}`;

/** By client and whatever else. */
function grouped(entries: readonly JournalEntry[], key: (entry: JournalEntry) => string): JournalEntry[][] {
  const groups = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    const text = `${client(entry)}\n${key(entry)}`;
    const group = groups.get(text);
    if (group) group.push(entry);
    else groups.set(text, [entry]);
  }
  return [...groups.values()];
}

/** Requests of one client for one object, whatever part of it. */
export const byObject = (entries: readonly JournalEntry[]): JournalEntry[][] =>
  grouped(entries, ({ info, namespace, name }) => [info.group, info.resource, namespace, name].join('\n'));

/** Requests of one client for one resource. */
export const byResource = (entries: readonly JournalEntry[]): JournalEntry[][] => grouped(entries, resourceText);

/** Requests of one client that are the very same. */
export const byUri = (entries: readonly JournalEntry[]): JournalEntry[][] =>
  grouped(entries, ({ requestUri }) => requestUri);

/**
 * How long after another one a request came: on the clock of the cluster or on that of the machine, whichever says
 * more. One may stand still, and the other may have been moved.
 */
export const gapMs = (earlier: JournalEntry, later: JournalEntry): number =>
  Math.max(later.receivedAtMs - earlier.receivedAtMs, later.realAtMs - earlier.realAtMs);

/** The most requests that came within a second. */
export function busiestSecond(entries: readonly JournalEntry[]): number {
  let most = 0;
  let from = 0;
  for (const [to, entry] of entries.entries()) {
    while (from < to && gapMs(entries[from] ?? entry, entry) >= 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** What stands behind the question mark. */
export const queryOf = ({ rawQuery }: JournalEntry): URLSearchParams => new URLSearchParams(rawQuery);
