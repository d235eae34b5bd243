/**
 * Bytes of a version that are made of those of the version before. Who writes an object again and again changes the
 * same few values of it each time: all that stands between these is copied, and need not be written as text first.
 */
import type { Frozen } from '../base/freeze.ts';
import { quotedName } from '../base/shared-text.ts';
import type { KubeObject } from '../kube/object.ts';
import { isObject, type PartText, partOfMetadata, partOfObject, wholePart } from './json-text.ts';

/** Where a field of an object, or what is in it, was another one before, and may be another one next. */
interface Gap {
  /** Or the index of an item. */
  readonly name: string | number;
  /** Parts of it that may differ, in their order; none where all of it may. */
  readonly inner: readonly Gap[] | undefined;
  start: number;
  end: number;
  /** JSON of what comes there, while the next bytes are made. */
  text: string | undefined;
}

/** Where bytes may differ in the next version. Belongs to the newest bytes of an object: they move it to the next. */
export interface Gaps {
  readonly root: readonly Gap[];
  /** All that have nothing in them, in the order of the bytes. */
  readonly inOrder: readonly Gap[];
}

/** A version and its bytes. */
export interface Encoded {
  readonly value: Frozen<KubeObject>;
  readonly bytes: Buffer;
  readonly gaps: Gaps | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Of a version that has more new values, the rest is written as a whole. */
const GAPS_MAX = 32;
/** Longer lists are written as a whole. */
const ITEMS_MAX = 64;
/** Shorter texts are faster written one character at a time. */
const CALL_WORTH_CHARACTERS = 64;
const ASCII_MAX = 0x7f;

/** The JSON of `value`, which comes after `before`. */
export function nextBytes(value: Frozen<KubeObject>, before: Encoded): Encoded {
  const { gaps } = before;
  const bytes = gaps && fill(value, before.value, gaps.root) ? filled(before.bytes, gaps.inOrder) : undefined;
  if (bytes) return { value, bytes, gaps };
  const writer = new GapWriter();
  const root = writer.write(value, before.value, gaps?.root, partOfObject);
  const written = Buffer.from(writer.text);
  // Places of characters are those of bytes only as long as each has one.
  const isAscii = written.length === writer.text.length;
  return { value, bytes: written, gaps: isAscii ? { root, inOrder: writer.gaps } : undefined };
}

/** Whether values differ in their gaps only, whose new texts are noted. Parts that did not change are the same. */
function fill(value: object, old: object, gaps: readonly Gap[]): boolean {
  if (Array.isArray(value)) return Array.isArray(old) && fillList(value, old, gaps);
  if (Array.isArray(old)) return false;
  const oldNames = Object.keys(old);
  let count = 0;
  let next = 0;
  for (const name in value) {
    if (name !== oldNames[count++]) return false;
    const gap = gaps[next]?.name === name ? gaps[next++] : undefined;
    const part = (value as Fields)[name];
    const oldPart = (old as Fields)[name];
    if (part !== oldPart && !fillPart(part, oldPart, gap)) return false;
  }
  return count === oldNames.length;
}

function fillList(value: readonly unknown[], old: readonly unknown[], gaps: readonly Gap[]): boolean {
  if (value.length !== old.length) return false;
  let next = 0;
  for (let i = 0; i < value.length; i++) {
    const gap = gaps[next]?.name === i ? gaps[next++] : undefined;
    if (value[i] !== old[i] && !fillPart(value[i], old[i], gap)) return false;
  }
  return true;
}

function fillPart(part: unknown, old: unknown, gap: Gap | undefined): boolean {
  if (!gap || part === undefined) return false;
  if (gap.inner) return isObject(part) && isObject(old) && fill(part, old, gap.inner);
  if (isObject(part)) return false;
  gap.text = JSON.stringify(part);
  return true;
}

/** The bytes with new texts in their gaps, which move to where they are now; undefined if not all texts are ASCII. */
function filled(bytes: Buffer, gaps: readonly Gap[]): Buffer | undefined {
  let length = bytes.length;
  for (const { start, end, text } of gaps) if (text !== undefined) length += text.length - (end - start);
  const next = Buffer.allocUnsafe(length);
  bytes.copy(next);
  let shift = 0;
  for (const gap of gaps) {
    const { end, text } = gap;
    gap.start += shift;
    gap.end += shift;
    if (text === undefined) continue;
    if (!writeAscii(next, text, gap.start)) return undefined;
    gap.text = undefined;
    const filledEnd = gap.start + text.length;
    if (filledEnd === gap.end) continue;
    // Seldom: most values that change again and again are as long as before.
    bytes.copy(next, filledEnd, end);
    gap.end = filledEnd;
    shift = filledEnd - end;
  }
  return next;
}

function writeAscii(bytes: Buffer, text: string, at: number): boolean {
  if (text.length > CALL_WORTH_CHARACTERS) {
    bytes.write(text, at, 'latin1');
    return Buffer.byteLength(text) === text.length;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > ASCII_MAX) return false;
    bytes[at + i] = code;
  }
  return true;
}

/** Whether all fields are the same ones, in the same order. */
function haveSameNames(value: object, old: object): boolean {
  if (Array.isArray(value)) return Array.isArray(old) && value.length === old.length && value.length <= ITEMS_MAX;
  if (Array.isArray(old)) return false;
  const [names, oldNames] = [Object.keys(value), Object.keys(old)];
  return names.length === oldNames.length && names.every((name, i) => name === oldNames[i]);
}

/** Writes JSON, and notes where it differs from what was before. */
class GapWriter {
  text = '';
  readonly gaps: Gap[] = [];

  /** @param known gaps of the version before: what changed then may change again */
  write(value: object, old: object, known: readonly Gap[] | undefined, textOf: PartText): Gap[] {
    const gaps: Gap[] = [];
    const isList = Array.isArray(value);
    let separator = isList ? '[' : '{';
    for (const name of Object.keys(value)) {
      const part = (value as Fields)[name];
      if (part === undefined && !isList) continue;
      this.text += isList ? separator : separator + quotedName(name);
      separator = ',';
      const place = isList ? Number(name) : name;
      const before = known?.find((gap) => gap.name === place);
      const gap = this.#writePart(place, part, (old as Fields)[name], before, textOf);
      if (gap) gaps.push(gap);
    }
    this.text += separator === ',' ? (isList ? ']' : '}') : isList ? '[]' : '{}';
    return gaps;
  }

  #writePart(
    name: string | number,
    part: unknown,
    old: unknown,
    known: Gap | undefined,
    textOf: PartText,
  ): Gap | undefined {
    const start = this.text.length;
    const isOpen = (part !== old || known !== undefined) && this.gaps.length < GAPS_MAX;
    if (isOpen && isObject(part) && isObject(old) && haveSameNames(part, old)) {
      const partText = textOf === partOfObject && name === 'metadata' ? partOfMetadata : wholePart;
      const inner = this.write(part, old, known?.inner, partText);
      return { name, inner, start, end: this.text.length, text: undefined };
    }
    this.text += textOf(name, part) ?? 'null';
    if (!isOpen || part === undefined || isObject(part) || isObject(old)) return undefined;
    const gap: Gap = { name, inner: undefined, start, end: this.text.length, text: undefined };
    this.gaps.push(gap);
    return gap;
  }
}
