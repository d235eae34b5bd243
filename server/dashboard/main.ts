/** The dashboard: which view is shown, and everything around it. */
import { call, Refusal, ROOT, reasonOf, session } from './api.ts';
import { later } from './browser-clock.ts';
import { clusterNow, readClock } from './cluster-time.ts';
import { changes, openCollections } from './collections.ts';
import { type Child, h, show } from './dom.ts';
import { listen, showKeys } from './keys.ts';
import { page, tell, type View } from './page.ts';
import { applyTheme, nextTheme, theme } from './theme.ts';
import { clockView } from './views/clock.ts';
import { clustersView } from './views/clusters.ts';
import { eventsView } from './views/events.ts';
import { faultsView } from './views/faults.ts';
import { logsView } from './views/logs.ts';
import { nodesView } from './views/nodes.ts';
import { objectView } from './views/object.ts';
import { objectsView } from './views/objects.ts';
import { requestsView } from './views/requests.ts';
import { savepointsView } from './views/savepoints.ts';
import { terminalView } from './views/terminal.ts';

const VIEWS: Readonly<Record<string, View>> = {
  objects: objectsView,
  nodes: nodesView,
  events: eventsView,
  requests: requestsView,
  faults: faultsView,
  clock: clockView,
  savepoints: savepointsView,
  clusters: clustersView,
  object: objectView,
  logs: logsView,
  terminal: terminalView,
};
/** Those that the navigation names. */
const PLACES = Object.entries(VIEWS).filter(([, { key }]) => key !== undefined);
const CLOCK_MS = 10_000;
const SPENT = 'spent';

const root = h('div', { id: 'app' });
let version = '';
let isIn: boolean | undefined;
let wasSpent = false;
let shownAddress: string | undefined;
let leave: (() => void) | undefined;

interface Address {
  readonly name: string;
  readonly parts: readonly string[];
  readonly view: View;
}

function address(): Address {
  const [, name = '', ...parts] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const known = Object.hasOwn(VIEWS, name) ? name : 'objects';
  return { name: known, parts, view: VIEWS[known] ?? objectsView };
}

const clusterName = (): string => /\/clusters\/([^/]+)\/$/.exec(ROOT.pathname)?.[1] ?? 'main';

function connection(): Child {
  const broken = openCollections().filter(({ problem, isLive }) => problem !== undefined && !isLive);
  if (broken.length === 0) return undefined;
  return h('span', { class: 'state', 'data-tone': 'bad' }, broken[0]?.problem ?? '');
}

function header(): HTMLElement {
  const now = new Date(clusterNow()).toISOString().slice(0, 19).replace('T', ' ');
  return h(
    'header',
    {},
    h('a', { class: 'skip', href: location.hash, onclick: skip }, 'Skip to content'),
    h('span', { class: 'brand' }, 'fauxkube'),
    h('span', { class: 'cluster' }, clusterName()),
    h('span', { class: 'version' }, version),
    isIn && h('span', { class: 'version' }, `${now} UTC`),
    isIn && connection(),
    h(
      'span',
      { class: 'tools' },
      h('button', { type: 'button', onclick: changeTheme }, `Theme: ${theme()}`),
      h('button', { type: 'button', onclick: () => showKeys(keyTargets), title: '?' }, 'Keys'),
      isIn && h('button', { type: 'button', onclick: signOut }, 'Sign out'),
    ),
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main')?.focus();
}

function changeTheme(): void {
  nextTheme();
  page.redraw();
}

function navigation(shown: string): HTMLElement {
  const under = ['object', 'logs', 'terminal'].includes(shown) ? 'objects' : shown;
  return h(
    'nav',
    { 'aria-label': 'Views' },
    PLACES.map(([name, { title, key = '' }]) =>
      h(
        'a',
        { href: `#/${name}`, key: name, 'aria-current': name === under ? 'page' : undefined, title: `g ${key}` },
        title,
      ),
    ),
  );
}

function signIn(): Child {
  return h(
    'section',
    { class: 'signin', 'aria-label': 'Sign in' },
    h('p', {}, wasSpent ? 'That address has been used, or is too old.' : 'This browser is not signed in.'),
    h('p', {}, 'Ask for a new address, and open it:'),
    h('pre', { tabindex: '0', 'aria-label': 'Command' }, 'fauxkube ui'),
  );
}

function status(): HTMLElement {
  const { message, isProblem } = page;
  return h(
    'div',
    {
      class: 'messages',
      role: isProblem ? 'alert' : 'status',
      'data-tone': isProblem ? 'bad' : 'ok',
      hidden: message === '',
    },
    message,
  );
}

function draw(): void {
  const { name, parts, view } = address();
  document.title = `${view.title}${parts.at(-1) ? ` ${parts.at(-1)}` : ''} – ${clusterName()} – fauxkube`;
  const content = isIn === undefined ? h('p', { class: 'none' }, 'Reading…') : isIn ? view.render(parts) : signIn();
  show(
    root,
    header(),
    navigation(name),
    h(
      'main',
      { tabindex: '-1', key: isIn ? location.hash.split('/').slice(0, 2).join('/') : 'outside' },
      h('h1', {}, view.title),
      content,
    ),
    status(),
  );
}

let isDrawing = false;

/** Many changes at once are drawn once. */
function redraw(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    draw();
  });
}

/** Leaves the view that was shown, and enters the one whose address it is now. */
function go(): void {
  if (location.hash === shownAddress) return;
  const isFirst = shownAddress === undefined;
  shownAddress = location.hash;
  leave?.();
  leave = undefined;
  if (!isIn) {
    redraw();
    return;
  }
  const { view, parts } = address();
  leave = view.enter?.(parts);
  draw();
  scrollTo(0, 0);
  if (isFirst) return;
  const first = document.querySelector<HTMLElement>('main [data-first]');
  (first ?? document.querySelector<HTMLElement>('main'))?.focus({ preventScroll: true });
}

function signOut(): void {
  void call('-/ui/session', { method: 'DELETE' }).then(
    () => location.reload(),
    (error: unknown) => tell(reasonOf(error), true),
  );
}

function keepTime(): void {
  // The views that need it to be exact ask by themselves.
  readClock().then(redraw, () => undefined);
  later(CLOCK_MS, keepTime);
}

async function begin(): Promise<void> {
  applyTheme();
  document.body.append(root);
  if (address().name === 'objects' && location.hash === `#/${SPENT}`) {
    wasSpent = true;
    history.replaceState(undefined, '', '#/objects');
  }
  draw();
  try {
    ({ version } = await call<{ version: string }>('-/ui/session'));
    isIn = true;
    keepTime();
  } catch (error) {
    isIn = false;
    if (!(error instanceof Refusal)) tell(reasonOf(error), true);
  }
  go();
}

const keyTargets = {
  places: new Map(PLACES.map(([name, { key = '', title }]) => [key, { title, address: `#/${name}` }])),
  back: () => {
    if (['object', 'logs', 'terminal'].includes(address().name)) history.back();
    else (document.activeElement as HTMLElement | null)?.blur();
  },
  theme: changeTheme,
};

page.redraw = redraw;
changes.changed = redraw;
session.ended = () => {
  leave?.();
  leave = undefined;
  isIn = false;
  redraw();
};
addEventListener('hashchange', go);
listen(keyTargets);
void begin();
