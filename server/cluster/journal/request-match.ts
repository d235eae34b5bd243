/** Which requests somebody asks about. */
import { globMatches } from '../../base/glob.ts';
import { resourceName } from '../../kube/object.ts';
import type { JournalEntry } from './journal-entry.ts';
import { checkMatch, codeTest, LISTS, MATCH_FIELDS } from './match-check.ts';

/**
 * What a request has to be like; what is left out may be anything. In every text `*` stands for any characters.
 *
 * @example
 * const match: RequestMatch = { verb: 'patch', resource: 'deployments/status', namespace: 'shop', code: '2xx' };
 */
export interface RequestMatch {
  /** `pods`, `deployments.apps`, `pods/exec`; `pods/*` with all subresources. Several are separated by commas. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /**
   * As audit logs have it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; and
   * methods such as `post` for paths of no resource. What is none of them is refused.
   */
  readonly verb?: string;
  /** Who sent it, or as whom. */
  readonly user?: string;
  readonly userAgent?: string;
  /** `404`, `4xx`, or several with commas. */
  readonly code?: string | number;
  /** What the header `x-test-id` (or `fauxkube-test-id`) says. */
  readonly testId?: string;
  /** The path, without its query. */
  readonly path?: string;
}

type Field = (typeof MATCH_FIELDS)[number];

interface Test {
  readonly field: Field;
  readonly wanted: string;
  readonly passes: (entry: JournalEntry) => boolean;
}

/** How a field of a request is shown. */
const SHOWN: Readonly<Record<Field, (entry: JournalEntry) => string>> = {
  resource: (entry) => resourceText(entry),
  namespace: ({ namespace }) => namespace,
  name: ({ name }) => name,
  verb: ({ info }) => info.verb,
  user: ({ user, sender }) => (user ?? sender)?.name ?? '',
  userAgent: ({ userAgent }) => userAgent,
  code: ({ status }) => (status === undefined ? '' : String(status)),
  testId: ({ testId = '' }) => testId,
  path: ({ info }) => info.path,
};

/** `deployments.apps/status`; the path of what is no resource. */
function resourceText({ info }: JournalEntry): string {
  if (!info.isResource) return info.path;
  const plural = resourceName(info.group, info.resource);
  return info.subresource === '' ? plural : `${plural}/${info.subresource}`;
}

const globTest =
  (pattern: string) =>
  (text: string): boolean =>
    globMatches(pattern, text);

function resourceTest(wanted: string): (entry: JournalEntry) => boolean {
  const [whole = '', subresource = ''] = wanted.split('/');
  const dot = whole.indexOf('.');
  const isPlural = globTest(dot < 0 ? whole : whole.slice(0, dot));
  const isGroup = dot < 0 ? () => true : globTest(whole.slice(dot + 1));
  // As in rules of audit policies, `pods/*` is about pods too.
  const isPart = subresource === '*' ? () => true : globTest(subresource);
  return ({ info }) => info.isResource && isPlural(info.resource) && isGroup(info.group) && isPart(info.subresource);
}

function oneTest(field: Field, wanted: string): (entry: JournalEntry) => boolean {
  if (field === 'resource') return resourceTest(wanted);
  if (field === 'code') {
    const isCode = codeTest(wanted);
    return ({ status }) => status !== undefined && isCode(String(status));
  }
  const isWanted = globTest(wanted);
  if (field === 'user') return ({ user, sender }) => isWanted(user?.name ?? '') || isWanted(sender?.name ?? '');
  const shown = SHOWN[field];
  return (entry) => isWanted(shown(entry));
}

/** A search for requests: whether one fits, and how near it comes. */
export class RequestMatcher {
  readonly #tests: readonly Test[];

  /** @throws ApiError for what no request can be like */
  constructor(match: RequestMatch) {
    checkMatch(match);
    this.#tests = MATCH_FIELDS.flatMap((field) => {
      const value = match[field];
      if (value === undefined) return [];
      const wanted = String(value);
      const alternatives = LISTS.has(field) ? wanted.split(',') : [wanted];
      const tests = alternatives.map((text) => oneTest(field, text.trim()));
      return [{ field, wanted, passes: (entry) => tests.some((test) => test(entry)) }];
    });
  }

  fits(entry: JournalEntry): boolean {
    return this.#tests.every(({ passes }) => passes(entry));
  }

  /** Those that fit best without fitting, and why they do not: the nearest first, of equals the newest. */
  nearest(entries: readonly JournalEntry[], count: number): string[] {
    const misses = entries.flatMap((entry) => {
      const failed = this.#tests.filter(({ passes }) => !passes(entry));
      return failed.length === 0 || failed.length === this.#tests.length ? [] : [{ entry, failed }];
    });
    misses.sort((a, b) => a.failed.length - b.failed.length || b.entry.sequence - a.entry.sequence);
    return misses.slice(0, count).map(({ entry, failed }) => {
      const why = failed.map(
        ({ field, wanted }) => `${field} is ${quoted(SHOWN[field](entry))}, not ${quoted(wanted)}`,
      );
      return `${described(entry)}: ${why.join(', ')}`;
    });
  }

  /** What is searched for, in words. */
  toString(): string {
    if (this.#tests.length === 0) return 'any request';
    return this.#tests.map(({ field, wanted }) => `${field} ${quoted(wanted)}`).join(', ');
  }
}

const quoted = (text: string): string => JSON.stringify(text);

/** `#12 update deployments.apps shop/web by jane (200)` */
export function described(entry: JournalEntry): string {
  const { sequence, info, namespace, name, user, status } = entry;
  const key = [namespace, name].filter((part) => part !== '').join('/');
  const what = [info.verb, resourceText(entry), key].filter((part) => part !== '').join(' ');
  return `#${sequence} ${what} by ${user?.name ?? 'somebody unknown'} (${status ?? 'not answered yet'})`;
}
