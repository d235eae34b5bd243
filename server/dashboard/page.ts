/** What views share: where they are, what is filtered, how they are drawn again, and what is told to people. */

import { reasonOf } from './api.ts';
import { later } from './browser-clock.ts';
import { type Child, h } from './dom.ts';
import { idOf, type Kind } from './kinds.ts';
import type { KubeObject, State } from './objects.ts';

export interface View {
  readonly title: string;
  /** After `g`. */
  readonly key?: string;
  /** Called when somebody comes; what it returns is called when they leave. */
  enter?(parts: readonly string[]): (() => void) | undefined;
  render(parts: readonly string[]): Child;
}

/** What narrows lists; it stays from view to view. */
export const filter = { namespace: '', kind: 'workloads', text: '' };

export const page = {
  redraw: (): void => undefined,
  message: '',
  isProblem: false,
};

const MESSAGE_MS = 8000;
let forget = (): void => undefined;

/** Tells something that screen readers read aloud, too. */
export function tell(message: string, isProblem = false): void {
  forget();
  page.message = message;
  page.isProblem = isProblem;
  page.redraw();
  forget = later(MESSAGE_MS, () => {
    page.message = '';
    page.redraw();
  });
}

/** Does what somebody wants, and says what has come of it. */
export async function act(work: () => Promise<string | undefined>): Promise<void> {
  try {
    const message = await work();
    if (message !== undefined) tell(message);
  } catch (error) {
    tell(reasonOf(error), true);
  }
  page.redraw();
}

/** A state, for those who see colours and those who do not. */
export const badge = (state: State | undefined): Child =>
  state && h('span', { class: 'state', 'data-tone': state.tone }, state.text);

/** The address of an object's own page. */
export function addressOf(kind: Kind, { metadata: { namespace = '-', name } }: KubeObject, what = 'object'): string {
  return `#/${what}/${idOf(kind)}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

/** Whether all words of the filter are in one of the texts. */
export function fits(words: string, ...texts: readonly (string | undefined)[]): boolean {
  const all = texts.join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** A labelled field. The label is more than its text: it would name a list by all of its options. */
export function field(label: string, input: HTMLElement): HTMLElement {
  input.setAttribute('aria-label', label);
  return h('label', { class: 'field' }, h('span', {}, label), input);
}

export function choice(
  label: string,
  value: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: (value: string) => void,
): HTMLElement {
  const select = h(
    'select',
    { onchange: (event: Event) => chosen((event.currentTarget as HTMLSelectElement).value) },
    options.map(([option, text]) => h('option', { value: option, key: option, selected: option === value }, text)),
  ) as HTMLSelectElement;
  select.value = value;
  return field(label, select);
}

/** The field that `/` leads to. */
export function search(label = 'Filter'): HTMLElement {
  return field(
    label,
    h('input', {
      type: 'search',
      'data-filter': true,
      value: filter.text,
      placeholder: 'words',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: (event: Event) => {
        filter.text = (event.currentTarget as HTMLInputElement).value;
        page.redraw();
      },
    }),
  );
}

/** A table; without rows, a sentence. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly [key: string, cells: readonly Child[]])[],
  none: string,
): HTMLElement {
  if (rows.length === 0) return h('p', { class: 'none' }, none);
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', {}, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(([key, cells]) =>
          h(
            'tr',
            { key },
            cells.map((cell, index) => h('td', { 'data-head': heads[index] ?? '' }, cell)),
          ),
        ),
      ),
    ),
  );
}

/** The text of a form's field. */
export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** A form that does something instead of leading elsewhere. */
export function form(label: string, done: (form: HTMLFormElement) => void, ...children: readonly Child[]): HTMLElement {
  const onsubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    done(event.currentTarget as HTMLFormElement);
  };
  return h('form', { 'aria-label': label, onsubmit }, children);
}

export function button(text: string, onclick: () => void, more: Readonly<Record<string, string>> = {}): HTMLElement {
  return h('button', { type: 'button', onclick, ...more }, text);
}
