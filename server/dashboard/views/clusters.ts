/** Virtual clusters of the same process, each with a dashboard of its own. */
import { call, ROOT, reasonOf } from '../api.ts';
import { repeat } from '../browser-clock.ts';
import { h } from '../dom.ts';
import { act, badge, button, field, form, page, table, textOf, type View } from '../page.ts';

interface Facts {
  readonly name: string;
  readonly url: string;
  readonly from: string;
  readonly created: string;
  readonly running: boolean;
}

const REFRESH_MS = 3000;
let found: readonly Facts[] | undefined;
let problem = '';
let sure = '';

/** Whether this is the dashboard of a virtual cluster. */
export const isVirtual = (): boolean => /\/clusters\/[^/]+\/$/.test(ROOT.pathname);

async function read(): Promise<void> {
  try {
    found = (await call<{ clusters: Facts[] }>('-/clusters')).clusters;
    problem = '';
  } catch (error) {
    problem = reasonOf(error);
  }
  page.redraw();
}

/** Enters another cluster's dashboard, which does not know this browser yet. */
function open(cluster: string): void {
  void act(async () => {
    const { path } = await call<{ path: string }>('-/ui/sessions', { method: 'POST', body: { cluster } });
    location.assign(new URL(path.slice(1), ROOT));
    return undefined;
  });
}

function make(sent: HTMLFormElement): void {
  const name = textOf(sent, 'name');
  const from = textOf(sent, 'from');
  void act(async () => {
    const body = { ...(name !== '' && { name }), ...(from !== '' && { from }) };
    const made = await call<Facts>('-/clusters', { method: 'POST', body });
    sent.reset();
    await read();
    return `${made.name} is made`;
  });
}

function end(name: string): void {
  if (sure !== name) {
    sure = name;
    page.redraw();
    return;
  }
  sure = '';
  void act(async () => {
    await call(`-/clusters/${encodeURIComponent(name)}`, { method: 'DELETE' });
    await read();
    return `${name} has ended`;
  });
}

export const clustersView: View = {
  title: 'Clusters',
  key: 'v',
  enter: () => (isVirtual() ? undefined : repeat(REFRESH_MS, read)),
  render() {
    if (isVirtual())
      return h(
        'p',
        {},
        'This is a virtual cluster. Others are made, found and ended by the ',
        h('a', { href: '../../../../-/ui/', 'data-item': true }, 'cluster that the process was started with'),
        '.',
      );
    const name = h('input', { name: 'name', placeholder: 'made up unless given', autocomplete: 'off' });
    const from = h('input', { name: 'from', placeholder: 'fixtures', autocomplete: 'off' });
    return [
      problem !== '' && h('p', { class: 'problem' }, problem),
      table(
        'Virtual clusters',
        ['Name', 'State', 'From', 'Made', 'URL', 'Actions'],
        (found ?? []).map((cluster) => [
          cluster.name,
          [
            cluster.name,
            badge({ tone: cluster.running ? 'ok' : 'off', text: cluster.running ? 'running' : 'not used yet' }),
            cluster.from,
            cluster.created,
            h('code', {}, cluster.url),
            [
              button('Open', () => open(cluster.name), { 'data-item': '', 'aria-label': `Open ${cluster.name}` }),
              ' ',
              button(sure === cluster.name ? 'Press again to end' : 'End', () => end(cluster.name), {
                'aria-label': `${sure === cluster.name ? 'Press again to end' : 'End'} ${cluster.name}`,
              }),
            ],
          ],
        ]),
        found ? 'There are no virtual clusters.' : problem === '' ? 'Reading…' : '',
      ),
      h('h2', {}, 'Make one'),
      form('Make a cluster', make, field('Name', name), field('From', from), h('button', { type: 'submit' }, 'Make')),
    ];
  },
};
