/** States of the cluster that are kept: saved, compared and brought back. */
import { call, Refusal, reasonOf } from '../api.ts';
import { repeat } from '../browser-clock.ts';
import { type Child, h } from '../dom.ts';
import { act, button, choice, field, form, page, table, textOf, type View } from '../page.ts';

interface Savepoint {
  readonly name: string;
  readonly time: string;
  readonly clock: string;
  readonly revision: number;
  readonly objects: number;
}

interface Named {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

interface Differences {
  readonly created: readonly Named[];
  readonly changed: readonly (Named & {
    readonly fields: readonly { readonly path: string; readonly old?: unknown; readonly new?: unknown }[];
  })[];
  readonly deleted: readonly Named[];
}

const REFRESH_MS = 3000;
let found: readonly Savepoint[] | undefined;
let problem = '';
let from = '';
let to = '';
let differences: Differences | undefined;
/** Which restore has been asked for once. */
let sure = '';

const pathOf = (name: string): string => `-/savepoints/${encodeURIComponent(name)}`;

async function read(): Promise<void> {
  try {
    found = (await call<{ savepoints: Savepoint[] }>('-/savepoints')).savepoints;
    problem = '';
    if (!found.some(({ name }) => name === from)) from = found[0]?.name ?? '';
  } catch (error) {
    const isMissing = error instanceof Refusal && error.status === 404;
    problem = isMissing ? 'This server keeps no savepoints.' : reasonOf(error);
  }
  page.redraw();
}

function save(sent: HTMLFormElement): void {
  const name = textOf(sent, 'name');
  void act(async () => {
    const made = await call<Savepoint>('-/savepoints', { method: 'POST', body: name === '' ? {} : { name } });
    sent.reset();
    await read();
    return `${made.name} is saved: ${made.objects} objects`;
  });
}

function restore(name: string): void {
  if (sure !== name) {
    sure = name;
    page.redraw();
    return;
  }
  sure = '';
  void act(async () => {
    await call(`${pathOf(name)}/restore`, { method: 'POST', body: {} });
    return `the cluster is as it was at ${name}`;
  });
}

function forget(name: string): void {
  void act(async () => {
    await call(pathOf(name), { method: 'DELETE' });
    differences = undefined;
    await read();
    return `${name} is forgotten`;
  });
}

function compare(): void {
  void act(async () => {
    const other = to === '' ? '' : `?to=${encodeURIComponent(to)}`;
    differences = await call<Differences>(`${pathOf(from)}/diff${other}`);
    return undefined;
  });
}

const titleOf = ({ kind, namespace, name }: Named): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

function part(title: string, tone: string, objects: readonly Child[]): Child {
  if (objects.length === 0) return undefined;
  return h(
    'section',
    { key: title, 'aria-label': title, 'data-tone': tone },
    h('h3', {}, `${title} (${objects.length})`),
    h('ul', {}, objects),
  );
}

function differencesShown({ created, changed, deleted }: Differences): Child {
  if (created.length + changed.length + deleted.length === 0)
    return h('p', { class: 'none' }, 'There is no difference.');
  return h(
    'div',
    { class: 'differences' },
    part(
      'Created',
      'ok',
      created.map((object) => h('li', {}, titleOf(object))),
    ),
    part(
      'Changed',
      'busy',
      changed.map((object) =>
        h(
          'li',
          {},
          titleOf(object),
          h(
            'ul',
            {},
            object.fields.map(({ path, old, new: now }) =>
              h('li', {}, h('code', {}, path), ' ', h('del', {}, shown(old)), ' → ', h('ins', {}, shown(now))),
            ),
          ),
        ),
      ),
    ),
    part(
      'Deleted',
      'bad',
      deleted.map((object) => h('li', {}, titleOf(object))),
    ),
  );
}

export const savepointsView: View = {
  title: 'Savepoints',
  key: 's',
  enter: () => repeat(REFRESH_MS, read),
  render() {
    const names = (found ?? []).map(({ name }) => [name, name] as const);
    const choose = (
      label: string,
      value: string,
      first: readonly (readonly [string, string])[],
      set: (name: string) => void,
    ) =>
      choice(label, value, [...first, ...names], (name) => {
        set(name);
        page.redraw();
      });
    return [
      problem !== '' && h('p', { class: 'problem' }, problem),
      form(
        'Save',
        save,
        field('Name', h('input', { name: 'name', placeholder: 'made up unless given', autocomplete: 'off' })),
        h('button', { type: 'submit' }, 'Save'),
      ),
      table(
        'Savepoints',
        ['Name', 'Saved', 'Clock', 'Revision', 'Objects', 'Actions'],
        (found ?? []).map(({ name, time, clock, revision, objects }) => [
          name,
          [
            name,
            time,
            clock,
            revision,
            objects,
            [
              button(sure === name ? 'Press again to restore' : 'Restore', () => restore(name), {
                'data-item': '',
                'aria-label': `${sure === name ? 'Press again to restore' : 'Restore'} ${name}`,
              }),
              ' ',
              button('Forget', () => forget(name), { 'aria-label': `Forget ${name}` }),
            ],
          ],
        ]),
        found ? 'Nothing is saved.' : problem === '' ? 'Reading…' : '',
      ),
      names.length > 0 && h('h2', {}, 'Compare'),
      names.length > 0 &&
        form(
          'Compare',
          compare,
          choose('From', from, [], (name) => {
            from = name;
          }),
          choose('To', to, [['', 'now']], (name) => {
            to = name;
          }),
          h('button', { type: 'submit' }, 'Compare'),
        ),
      differences && h('h2', {}, 'Differences'),
      differences && differencesShown(differences),
    ];
  },
};
