import type { JournalEntry } from '../journal/journal-entry.ts';
import { isWrite } from '../journal/tape.ts';
import { busiestSecond, byObject, byResource, type LintRule, queryOf } from './finding.ts';

const HOT_WRITES = 5;
const NO_OPS = 3;
const CONFLICTS = 3;

const CHANGES: ReadonlySet<string> = new Set(['update', 'patch']);

const isDryRun = (entry: JournalEntry): boolean => entry.rawQuery.includes('dryRun') && queryOf(entry).has('dryRun');

const isChange = (entry: JournalEntry): boolean =>
  isWrite(entry) && CHANGES.has(entry.info.verb) && entry.name !== '' && !isDryRun(entry);

const isSuccess = ({ status = 0 }: JournalEntry): boolean => status >= 200 && status < 300;

export const hotLoops: LintRule = {
  name: 'hot-loop',
  severity: 'warning',
  advice:
    'A reconcile seems to wake itself up. Write only what differs, leave status alone where it is right, and let ' +
    'failures back off.',
  find: ({ entries }) =>
    byObject(entries.filter(isChange)).flatMap((writes) => {
      const most = busiestSecond(writes);
      if (most <= HOT_WRITES) return [];
      return [{ entries: writes, isObject: true, message: `wrote it ${most} times within a second` }];
    }),
};

export const noOpWrites: LintRule = {
  name: 'no-op-write',
  severity: 'warning',
  advice: 'Compare before you write: each such write costs the API server a full round of admission and validation.',
  find: ({ entries }) => {
    const isNoOp = (entry: JournalEntry): boolean =>
      isChange(entry) && isSuccess(entry) && entry.revision !== undefined && entry.revision <= entry.revisionBefore;
    return byObject(entries.filter(isNoOp)).flatMap((writes) =>
      writes.length < NO_OPS
        ? []
        : [{ entries: writes, isObject: true, message: `wrote it ${writes.length} times without changing anything` }],
    );
  },
};

export const conflicts: LintRule = {
  name: 'conflict',
  severity: 'warning',
  advice:
    'Two write the same object. Read it right before the update, patch only your own fields, or apply with a field ' +
    'manager of your own.',
  find: ({ entries }) => {
    const isConflict = (entry: JournalEntry): boolean => entry.status === 409 && entry.reason === 'Conflict';
    return byObject(entries.filter((entry) => isWrite(entry) && isConflict(entry))).flatMap((writes) =>
      writes.length < CONFLICTS
        ? []
        : [{ entries: writes, isObject: true, message: `met ${writes.length} conflicts with other writers` }],
    );
  },
};

/** What programs are called whose authors gave them no name: the server takes it for the field manager. */
const NAMELESS = new RegExp(
  '^(|unknown|Go-http-client|python-requests|[Pp]ython-urllib|OpenAPI-Generator|curl|node|node-fetch|axios|undici|' +
    'okhttp|Java|Apache-HttpClient|Mozilla|main|manager|__debug_bin\\d*|___go_build_.*|.*\\.test)$',
);

/** Names that examples apply with. */
const DEFAULT_MANAGERS =
  /^(|unknown|default|manager|controller|kubectl|kubectl-client-side-apply|before-first-apply|test)$/;

/** Nobody asks who manages their fields. */
const UNMANAGED: ReadonlySet<string> = new Set(['events', 'leases']);

export const fieldManagers: LintRule = {
  name: 'field-manager',
  severity: 'info',
  advice: 'Give writes a fieldManager of your own, so that managedFields and conflicts of applies say who it was.',
  find: ({ entries }) => {
    const isUnnamed = (entry: JournalEntry): boolean => {
      const { info, userAgent, contentType = '' } = entry;
      const writes = info.verb === 'create' || CHANGES.has(info.verb);
      if (!writes || !isWrite(entry) || !isSuccess(entry) || UNMANAGED.has(info.resource)) return false;
      // Reviews and the like are stored nowhere.
      if (entry.revision === undefined) return false;
      const program = userAgent.split('/')[0] ?? '';
      const manager = queryOf(entry).get('fieldManager');
      if (!contentType.startsWith('application/apply-patch')) return !manager && NAMELESS.test(program);
      return DEFAULT_MANAGERS.test(manager ?? '') && program !== 'kubectl';
    };
    return byResource(entries.filter(isUnnamed)).map((writes) => {
      const manager = queryOf(writes[0] as JournalEntry).get('fieldManager');
      const what = manager === null ? 'without a fieldManager' : `as ${JSON.stringify(manager)}, as anybody might`;
      return { entries: writes, message: `wrote ${what}` };
    });
  },
};
