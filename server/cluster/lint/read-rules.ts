import { isTrue } from '../../pipeline/request-info.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import { busiestSecond, byResource, byUri, gapMs, type LintRule, queryOf } from './finding.ts';

/** Objects that come in one answer without a word: client-go's page size (defaultPageSize of its pager). */
const PAGE = 500;
const POLLS = 6;
const POLL_INTERVAL_MIN_MS = 100;
/** How far intervals may lie from their mean, as a part of it. */
const POLL_SPREAD = 0.25;
const HOT_LISTS = 5;

const isSuccess = ({ status }: JournalEntry): boolean => status === 200;
const isList = (entry: JournalEntry): boolean => entry.info.verb === 'list' && isSuccess(entry);

export const unpagedLists: LintRule = {
  name: 'unpaged-list',
  severity: 'warning',
  advice: 'List with limit and continue, or from the watch cache with resourceVersion=0 as informers do.',
  find: ({ entries }) => {
    const isUnpaged = (entry: JournalEntry): boolean => {
      if (!isList(entry) || (entry.itemCount ?? 0) <= PAGE) return false;
      const query = queryOf(entry);
      return !query.has('limit') && !query.has('continue') && query.get('resourceVersion') !== '0';
    };
    return byResource(entries.filter(isUnpaged)).map((lists) => {
      const most = Math.max(...lists.map(({ itemCount = 0 }) => itemCount));
      return { entries: lists, message: `listed up to ${most} objects at once` };
    });
  },
};

/** Leases are read again and again by whoever wants to lead. */
const POLLED: ReadonlySet<string> = new Set(['leases']);

export const polling: LintRule = {
  name: 'polling',
  severity: 'warning',
  advice: 'Watch instead: an informer knows of changes at once, and asks once.',
  find: ({ entries }) => {
    const isRead = ({ info }: JournalEntry): boolean =>
      info.isResource &&
      (info.verb === 'get' || info.verb === 'list') &&
      info.subresource === '' &&
      !POLLED.has(info.resource);
    const reads = entries.filter((entry) => isRead(entry) && !entry.rawQuery.includes('continue='));
    return byUri(reads).flatMap((same) => {
      const intervalMs = constantInterval(same);
      if (intervalMs === undefined) return [];
      const seconds = (intervalMs / 1000).toFixed(1);
      const isObject = same[0]?.info.verb === 'get';
      return [{ entries: same, isObject, message: `asked for the same ${same.length} times, every ${seconds} s` }];
    });
  },
};

/** The interval of requests that come as by a clock; undefined where there is none. */
function constantInterval(entries: readonly JournalEntry[]): number | undefined {
  if (entries.length < POLLS) return undefined;
  const gaps = entries.slice(1).map((entry, i) => gapMs(entries[i] ?? entry, entry));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (mean < POLL_INTERVAL_MIN_MS) return undefined;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return Math.sqrt(variance) <= POLL_SPREAD * mean ? mean : undefined;
}

export const hotLists: LintRule = {
  name: 'consistent-list',
  severity: 'warning',
  advice:
    'A list without resourceVersion is a consistent read for which a real API server asks etcd. Use an informer, or ' +
    'resourceVersion=0 where a moment does not matter.',
  find: ({ entries }) => {
    const isConsistent = (entry: JournalEntry): boolean => {
      const query = queryOf(entry);
      return isList(entry) && !query.has('continue') && (query.get('resourceVersion') ?? '') === '';
    };
    return byResource(entries.filter(isConsistent)).flatMap((lists) => {
      const most = busiestSecond(lists);
      return most <= HOT_LISTS ? [] : [{ entries: lists, message: `listed ${most} times within a second` }];
    });
  },
};

export const bookmarks: LintRule = {
  name: 'watch-without-bookmarks',
  severity: 'info',
  advice: 'Watch with allowWatchBookmarks=true: whoever comes back after a pause then need not list everything anew.',
  find: ({ entries }) => {
    const isBare = (entry: JournalEntry): boolean =>
      entry.info.verb === 'watch' &&
      isSuccess(entry) &&
      // People look at what kubectl shows, and do not come back.
      !entry.userAgent.startsWith('kubectl/') &&
      !isTrue(queryOf(entry).get('allowWatchBookmarks'));
    return byResource(entries.filter(isBare)).map((watches) => ({
      entries: watches,
      message: 'watched without asking for bookmarks',
    }));
  },
};

export const deprecated: LintRule = {
  name: 'deprecated-api',
  severity: 'warning',
  advice: 'Move to the version that the warning names before you move to a newer Kubernetes.',
  find: (requests) =>
    byResource(requests.entries.filter(({ isDeprecated }) => isDeprecated)).map((uses) => {
      const { info } = uses[0] as JournalEntry;
      return { entries: uses, message: requests.deprecationOf(info) ?? `used the deprecated version ${info.version}` };
    }),
};
