/**
 * Sets of fields in the form in which objects carry them (FieldsV1): a key for each step of a path, `.` where the path
 * itself belongs to the set although it goes on. `{"f:labels":{".":{},"f:app":{}}}` holds labels and labels.app.
 */
import type { Frozen } from '../../base/freeze.ts';
import { deepFreeze } from '../../base/freeze.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { rememberedText, rememberText } from '../../base/shared-text.ts';

export type FieldsV1 = { readonly [step: string]: FieldsV1 };

const LEAF: FieldsV1 = Object.freeze({});

/** A path that ends here. */
export const leaf = (): FieldsV1 => LEAF;

/** Whether the path itself belongs to the set, and not only paths below it. */
export function isMember(node: FieldsV1): boolean {
  if ('.' in node) return true;
  for (const _ in node) return false;
  return true;
}

/** Whether the set holds the path itself and knows of nothing below it. */
export function isLeaf(node: FieldsV1): boolean {
  for (const _ in node) return false;
  return true;
}

/** The order of fieldpath: the path itself, fields, keys, values; each by their text. */
function inOrder(a: string, b: string): number {
  const rank = (step: string): number => '.fkvi'.indexOf(step.charAt(0));
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function built(member: boolean, children: ReadonlyMap<string, FieldsV1>): FieldsV1 | undefined {
  if (children.size === 0) return member ? LEAF : undefined;
  const node: Record<string, FieldsV1> = {};
  if (member) node['.'] = LEAF;
  for (const step of [...children.keys()].sort(inOrder)) node[step] = children.get(step) as FieldsV1;
  return node;
}

/** Everything in either set. `undefined` is the empty one. */
export function union(a: FieldsV1 | undefined, b: FieldsV1 | undefined): FieldsV1 | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const children = new Map<string, FieldsV1>();
  for (const step in a) if (step !== '.') children.set(step, a[step] as FieldsV1);
  for (const step in b) if (step !== '.') children.set(step, union(children.get(step), b[step]) as FieldsV1);
  return built(isMember(a) || isMember(b), children);
}

/** Whether `a` holds all that `b` holds, whose steps are of our making: no prototype has one of that name. */
export function holds(a: FieldsV1, b: FieldsV1): boolean {
  if (a === b) return true;
  let isLeaf = true;
  for (const step in b) {
    isLeaf = false;
    const own = a[step];
    if (own !== undefined ? !holds(own, b[step] as FieldsV1) : step !== '.' || !isMember(a)) return false;
  }
  return !isLeaf || isMember(a);
}

/** Whether any path is in both sets. */
export function meet(a: FieldsV1, b: FieldsV1): boolean {
  for (const step in a) {
    if (step === '.' || !Object.hasOwn(b, step)) continue;
    if (meet(a[step] as FieldsV1, b[step] as FieldsV1)) return true;
  }
  return isMember(a) && isMember(b);
}

/** What `a` holds and `b` does not. A path below one that `b` holds stays. */
export function difference(a: FieldsV1 | undefined, b: FieldsV1 | undefined): FieldsV1 | undefined {
  if (a === undefined || b === undefined) return a;
  const children = new Map<string, FieldsV1>();
  let isLess = isMember(a) && isMember(b);
  for (const step in a) {
    if (step === '.') continue;
    const left = difference(a[step], Object.hasOwn(b, step) ? b[step] : undefined);
    if (left !== a[step]) isLess = true;
    if (left !== undefined) children.set(step, left);
  }
  // What is stored stays the same set; what a client gave gets its order.
  if (!isLess && Object.isFrozen(a)) return a;
  return built(isMember(a) && !isMember(b), children);
}

/** What both sets hold. */
export function intersection(a: FieldsV1 | undefined, b: FieldsV1 | undefined): FieldsV1 | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return a;
  const children = new Map<string, FieldsV1>();
  for (const step in a) {
    if (step === '.' || !Object.hasOwn(b, step)) continue;
    const both = intersection(a[step], b[step]);
    if (both !== undefined) children.set(step, both);
  }
  return built(isMember(a) && isMember(b), children);
}

/** A set of these parts; `undefined` when there are none and the path itself is not in it. */
export const setOf = (isIn: boolean, parts: ReadonlyMap<string, FieldsV1>): FieldsV1 | undefined => built(isIn, parts);

function haveStepInCommon(a: FieldsV1, b: FieldsV1): boolean {
  for (const step in a) if (step !== '.' && Object.hasOwn(b, step)) return true;
  return false;
}

/** What `a` holds outside of the paths of `b`, whole subtrees at a time (Set.RecursiveDifference). */
export function outside(a: FieldsV1 | undefined, b: FieldsV1): FieldsV1 | undefined {
  if (a === undefined || !haveStepInCommon(a, b)) return a;
  const children = new Map<string, FieldsV1>();
  for (const step in a) {
    if (step === '.') continue;
    const cut = Object.hasOwn(b, step) ? b[step] : undefined;
    const left = cut === undefined ? a[step] : isMember(cut) ? undefined : outside(a[step], cut);
    if (left !== undefined) children.set(step, left);
  }
  return built(isMember(a), children);
}

/** Sets that many objects share, such as those of all pods of one template, are kept once. */
const INTERNED_MAX = 512;
/** Many are of one object only, by its address. */
const interned = new RecentMap<string, Frozen<FieldsV1>>(INTERNED_MAX);

/** The same set, shared with whoever has an equal one. */
export function intern(set: FieldsV1): FieldsV1 {
  return internText(JSON.stringify(set), set);
}

/** Remembers the text of a set that a second object has: the text of one object's own would be larger than the set. */
export function keepText(set: FieldsV1, text?: string): void {
  if (rememberedText(set) === undefined) rememberText(set, text ?? JSON.stringify(set));
}

/** The same for a set as JSON. */
export function internText(text: string, set?: FieldsV1): FieldsV1 {
  const known = interned.get(text);
  if (known) {
    keepText(known, text);
    return known;
  }
  const frozen = deepFreeze(set ?? (JSON.parse(text) as FieldsV1));
  interned.set(text, frozen);
  return frozen;
}
