/** Elements from calls, and an old tree made like a new one: what is focused, scrolled or typed into stays. */

export type Child = Node | string | number | false | null | undefined | readonly Child[];

type Handler = (event: never) => unknown;
type Value = string | number | boolean | undefined | Handler;
export type Props = Readonly<Record<string, Value>>;

/** Handlers are copied from new elements to old ones: all that may be set. */
const HANDLERS = ['onclick', 'oninput', 'onchange', 'onsubmit', 'onkeydown', 'onfocus'] as const;

/** Values that are set as properties, when nobody is typing there. */
const values = new WeakMap<Node, string>();
/** Elements whose children are somebody else's. */
const owned = new WeakSet<Node>();

function append(parent: Node, child: Child): void {
  if (child === false || child === null || child === undefined) return;
  if (child instanceof Node) parent.appendChild(child);
  else if (typeof child === 'object') for (const one of child) append(parent, one);
  else parent.appendChild(document.createTextNode(String(child)));
}

/**
 * An element.
 *
 * @param props attributes; handlers (`onclick`); `value`; `key`, by which it is found again among its siblings; and
 * `own` for an element whose children are not looked after here
 * @example h('button', { onclick: save }, 'Save')
 */
export function h(tag: string, props: Props = {}, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') (element as unknown as Record<string, Handler>)[name] = value;
    else if (name === 'value') values.set(element, String(value));
    else if (name === 'own') owned.add(element);
    else if (name === 'key') element.setAttribute('data-key', String(value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  const value = values.get(element);
  if (value !== undefined) (element as HTMLInputElement).value = value;
  return element;
}

const keyOf = (node: Node): string | undefined =>
  node instanceof Element ? (node.getAttribute('data-key') ?? undefined) : undefined;

function likeAttributes(old: Element, fresh: Element): void {
  for (const { name } of Array.from(old.attributes)) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const name of HANDLERS) (old as HTMLElement)[name] = (fresh as HTMLElement)[name] as never;
}

function like(old: Node, fresh: Node): void {
  if (!(old instanceof Element && fresh instanceof Element)) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  likeAttributes(old, fresh);
  if (owned.has(fresh)) return;
  likeChildren(old, [...fresh.childNodes]);
  const value = values.get(fresh);
  if (value !== undefined && document.activeElement !== old && (old as HTMLInputElement).value !== value)
    (old as HTMLInputElement).value = value;
}

function likeChildren(parent: Element, fresh: readonly Node[]): void {
  const stay = new Set(fresh.map(keyOf));
  const byKey = new Map<string, Node>();
  for (const child of Array.from(parent.childNodes)) {
    const key = keyOf(child);
    if (key === undefined) continue;
    if (stay.has(key)) byKey.set(key, child);
    else child.remove();
  }
  let cursor = parent.firstChild;
  for (const next of fresh) {
    const key = keyOf(next);
    const candidate = key === undefined ? cursor : byKey.get(key);
    const old = candidate && keyOf(candidate) === key && candidate.nodeName === next.nodeName ? candidate : undefined;
    if (!old) {
      parent.insertBefore(next, cursor);
      continue;
    }
    if (old === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(old, cursor);
    like(old, next);
  }
  while (cursor) {
    const following: ChildNode | null = cursor.nextSibling;
    cursor.remove();
    cursor = following;
  }
}

/** Makes the children of an element like these. */
export function show(parent: Element, ...children: readonly Child[]): void {
  const fresh = document.createDocumentFragment();
  append(fresh, children);
  const focused = document.activeElement;
  likeChildren(parent, [...fresh.childNodes]);
  // Whoever was moved has lost it.
  if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused)
    focused.focus({ preventScroll: true });
}
