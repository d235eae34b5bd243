/** What clients have asked for: the journal of requests. */
import { call, Refusal, reasonOf } from '../api.ts';
import { repeat } from '../browser-clock.ts';
import { h } from '../dom.ts';
import { act, badge, button, field, filter, fits, page, search, table, type View } from '../page.ts';

/** As upstream's audit log has it. */
interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user?: { readonly username?: string };
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
}

const REFRESH_MS = 2000;
const LIMIT = 200;
/** What the server can look for. */
const FIELDS = [
  ['verb', 'Verb'],
  ['resource', 'Resource'],
  ['namespace', 'Namespace'],
  ['name', 'Name'],
  ['user', 'User'],
  ['userAgent', 'User agent'],
  ['code', 'Code'],
] as const;

const wanted = new Map<string, string>();
let found: readonly AuditEvent[] | undefined;
let problem = '';

async function read(): Promise<void> {
  const query = new URLSearchParams([...wanted].filter(([, value]) => value !== ''));
  query.set('limit', String(LIMIT));
  try {
    found = (await call<{ items: AuditEvent[] }>(`-/requests?${query}`)).items.toReversed();
    problem = '';
  } catch (error) {
    const isMissing = error instanceof Refusal && error.status === 404;
    problem = isMissing ? 'This server keeps no journal of requests.' : reasonOf(error);
  }
  page.redraw();
}

function fieldOf([name, label]: readonly [string, string]): HTMLElement {
  const oninput = (event: Event): void => {
    wanted.set(name, (event.currentTarget as HTMLInputElement).value.trim());
    void read();
  };
  const value = wanted.get(name) ?? '';
  return field(label, h('input', { name, value, oninput, size: '10', autocomplete: 'off', spellcheck: 'false' }));
}

function duration({ requestReceivedTimestamp, stageTimestamp }: AuditEvent): string {
  const ms = Date.parse(stageTimestamp ?? '') - Date.parse(requestReceivedTimestamp ?? '');
  return Number.isNaN(ms) ? '' : `${ms} ms`;
}

function rowOf(event: AuditEvent, index: number): [string, (Node | string | false | null | undefined | number)[]] {
  const code = event.responseStatus?.code;
  const tone = code === undefined ? 'busy' : code < 400 ? 'ok' : 'bad';
  const cells = [
    (event.requestReceivedTimestamp ?? '').slice(11, 23),
    badge({ tone, text: code === undefined ? '…' : String(code) }) as Node,
    event.verb,
    h('code', { tabindex: '-1', 'data-item': true }, event.requestURI),
    event.user?.username ?? '',
    event.userAgent ?? '',
    duration(event),
  ];
  return [`${event.auditID}/${index}`, cells];
}

export const requestsView: View = {
  title: 'Requests',
  key: 'r',
  enter: () => repeat(REFRESH_MS, read),
  render() {
    const events = (found ?? []).filter(({ requestURI, userAgent, user }) =>
      fits(filter.text, requestURI, userAgent, user?.username),
    );
    const clear = (): void =>
      void act(async () => {
        await call('-/requests', { method: 'DELETE' });
        await read();
        return 'the journal is empty';
      });
    return [
      h('div', { class: 'bar' }, FIELDS.map(fieldOf), search(), button('Clear', clear)),
      problem !== '' && h('p', { class: 'problem' }, problem),
      table(
        'Requests, newest first',
        ['Time', 'Code', 'Verb', 'Request', 'User', 'User agent', 'Took'],
        events.map(rowOf),
        found ? 'No request fits.' : problem === '' ? 'Reading…' : '',
      ),
    ];
  },
};
