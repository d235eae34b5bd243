/** What keys do, and the list of them. */
import { h, show } from './dom.ts';

export interface KeyTargets {
  /** Letter → address, after `g`. */
  readonly places: ReadonlyMap<string, { readonly title: string; readonly address: string }>;
  back(): void;
  theme(): void;
}

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['j, ↓ / k, ↑', 'next / previous thing in a list'],
  ['Enter', 'open it'],
  ['→ / ←', 'open / close a branch of the tree'],
  ['l', 'logs of the pod'],
  ['t', 'terminal in the pod'],
  ['/', 'filter'],
  ['d', 'dark, light or as the system has it'],
  ['Esc', 'leave a field, a list of keys or an object'],
  ['?', 'this list'],
];

const dialog = h('dialog', { 'aria-label': 'Keys' }) as HTMLDialogElement;

export function showKeys({ places }: KeyTargets): void {
  const lines = [...KEYS, ...[...places].map(([letter, { title }]) => [`g ${letter}`, title] as const)];
  show(
    dialog,
    h('h2', {}, 'Keys'),
    h(
      'dl',
      { class: 'keys' },
      lines.map(([keys, what]) => h('div', {}, h('dt', {}, h('kbd', {}, keys)), h('dd', {}, what))),
    ),
    h('button', { type: 'button', onclick: () => dialog.close() }, 'Close'),
  );
  if (!dialog.isConnected) document.body.append(dialog);
  if (!dialog.open) dialog.showModal();
}

/** What j and k go along. */
function step(by: number): boolean {
  const items = [...document.querySelectorAll<HTMLElement>('main [data-item]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? (by > 0 ? items[0] : items.at(-1)) : items[Math.max(0, Math.min(items.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

/** Goes where the focused thing has an address of this sort. */
function lead(what: 'logs' | 'terminal'): boolean {
  const address = document.activeElement instanceof HTMLElement ? document.activeElement.dataset[what] : undefined;
  if (address === undefined) return false;
  location.hash = address;
  return true;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select');

export function listen(targets: KeyTargets): void {
  let isGoing = false;
  const act = (key: string): boolean => {
    const place = isGoing ? targets.places.get(key) : undefined;
    isGoing = key === 'g' && !isGoing;
    if (place) location.hash = place.address;
    else if (key === 'j' || key === 'ArrowDown') return step(1);
    else if (key === 'k' || key === 'ArrowUp') return step(-1);
    else if (key === 'l') return lead('logs');
    else if (key === 't') return lead('terminal');
    else if (key === 'd') targets.theme();
    else if (key === '?') showKeys(targets);
    else if (key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus();
    else if (key === 'Escape') targets.back();
    else return isGoing;
    return true;
  };
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    // What can be scrolled is scrolled by arrows.
    const isScrolled = event.target instanceof HTMLElement && event.target.matches('pre, .scroll');
    if (isScrolled && event.key.startsWith('Arrow')) return;
    if (act(event.key)) event.preventDefault();
  });
}
