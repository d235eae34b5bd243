/** What goes wrong because somebody wants it to. */
import { call, Refusal, reasonOf } from '../api.ts';
import { repeat } from '../browser-clock.ts';
import { h } from '../dom.ts';
import { act, badge, button, choice, field, form, page, table, tell, type View } from '../page.ts';

interface Report {
  readonly id: string;
  readonly rule: object;
  readonly matched: number;
  readonly fired: number;
  readonly state: 'active' | 'spent' | 'expired';
}

const REFRESH_MS = 2000;

const PRESETS: readonly (readonly [name: string, rule: object])[] = [
  ['Slow answers', { match: { resource: 'pods' }, delay: '500ms' }],
  ['Busy server (429)', { match: { resource: 'configmaps' }, throttle: true, times: 2 }],
  ['One conflict', { match: { verbs: ['update', 'patch'], resource: 'deployments.apps' }, conflict: true }],
  ['Error 503', { match: { verbs: ['list'], resource: 'pods' }, code: 503, times: 3 }],
  [
    'Committed, but the answer is lost',
    { match: { verbs: ['create'], resource: 'configmaps' }, reset: 'after', times: 1 },
  ],
  ['Stale reads', { match: { verbs: ['get', 'list'], resource: 'pods' }, stale: 10 }],
  ['Watches break within an event', { match: { verbs: ['watch'], resource: 'pods' }, watch: { cut: true }, times: 1 }],
  ['A node is lost', { node: 'node01', state: 'lost' }],
  ['A controller is off', { controller: 'deployment', state: 'off' }],
];

let found: readonly Report[] | undefined;
let problem = '';
let draft = JSON.stringify(PRESETS[0]?.[1], null, 2);
let preset = '0';

async function read(): Promise<void> {
  try {
    found = (await call<{ faults: Report[] }>('-/faults')).faults;
    problem = '';
  } catch (error) {
    const isMissing = error instanceof Refusal && error.status === 404;
    problem = isMissing ? 'This server has no faults.' : reasonOf(error);
  }
  page.redraw();
}

function add(): void {
  let rule: object;
  try {
    rule = JSON.parse(draft) as object;
  } catch (error) {
    tell(`this is no JSON: ${(error as Error).message}`, true);
    return;
  }
  void act(async () => {
    const { id } = await call<Report>('-/faults', { method: 'POST', body: rule });
    await read();
    return `${id} is added`;
  });
}

function remove(id: string): void {
  void act(async () => {
    await call(`-/faults${id === '' ? '' : `/${encodeURIComponent(id)}`}`, { method: 'DELETE' });
    await read();
    return id === '' ? 'all are removed' : `${id} is removed`;
  });
}

export const faultsView: View = {
  title: 'Faults',
  key: 'f',
  enter: () => repeat(REFRESH_MS, read),
  render() {
    const presets = PRESETS.map(([name], index) => [String(index), name] as const);
    const rule = h('textarea', {
      name: 'rule',
      rows: '8',
      spellcheck: 'false',
      value: draft,
      oninput: (event: Event) => {
        draft = (event.currentTarget as HTMLTextAreaElement).value;
      },
    });
    return [
      problem !== '' && h('p', { class: 'problem' }, problem),
      table(
        'Rules',
        ['Rule', 'State', 'Fired', 'What', 'Actions'],
        (found ?? []).map(({ id, rule: what, state, fired, matched }) => [
          id,
          [
            id,
            badge({ tone: state === 'active' ? 'bad' : 'off', text: state }),
            `${fired} of ${matched}`,
            h('code', {}, JSON.stringify(what)),
            button('Remove', () => remove(id), { 'data-item': '', 'aria-label': `Remove ${id}` }),
          ],
        ]),
        found ? 'Nothing goes wrong on purpose.' : 'Reading…',
      ),
      (found?.length ?? 0) > 1 && button('Remove all', () => remove('')),
      h('h2', {}, 'Add a rule'),
      form(
        'Add a rule',
        add,
        choice('Begin with', preset, presets, (value) => {
          preset = value;
          draft = JSON.stringify(PRESETS[Number(value)]?.[1], null, 2);
          page.redraw();
        }),
        field('Rule (JSON)', rule),
        h('button', { type: 'submit' }, 'Add'),
      ),
    ];
  },
};
