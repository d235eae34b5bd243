/** One line of a journal: a checksum and the JSON of a write, or of the header that each file begins with. */
import { crc32 } from 'node:zlib';
import type { KubeObject } from '../kube/object.ts';
import type { StoredEvent } from './storage.ts';
import type { Expiry } from './stored-object.ts';

/** The first line of a file: which revision its first write follows. */
export interface JournalHeader {
  readonly journal: 1;
  /** The last revision of the file before or of the snapshot. Those between it and the first line are not used. */
  readonly after: number;
}

/** One write. Without an object it is a deletion. */
export interface JournalRecord {
  readonly revision: number;
  readonly key: string;
  /** Whether everything before this line was on disk when it was written: it is the first one of a group. */
  readonly synced?: boolean;
  readonly expiry?: Expiry;
  readonly object?: KubeObject;
}

const CHECKSUM_BYTES = 9; // eight digits and a blank
const NEWLINE = 0x0a;

/**
 * The line of a write. It takes the bytes that answers and watches use too.
 *
 * @param isFirst whether it is the first line of those that go to disk together
 */
export function encodeRecord({ type, now }: StoredEvent, isFirst: boolean): Buffer {
  const begin = `{"revision":${now.revision},"key":${JSON.stringify(now.key)}${isFirst ? ',"synced":true' : ''}`;
  if (type === 'deleted') return line([Buffer.from(`${begin}}`)]);
  const expiry = now.expiry ? `,"expiry":${JSON.stringify(now.expiry)}` : '';
  const head = Buffer.from(`${begin}${expiry},"object":`);
  return line([head, now.json(), Buffer.from('}')]);
}

export function encodeHeader(after: number): Buffer {
  const header: JournalHeader = { journal: 1, after };
  return line([Buffer.from(JSON.stringify(header))]);
}

function line(parts: readonly Buffer[]): Buffer {
  let length = CHECKSUM_BYTES + 1;
  for (const part of parts) length += part.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = CHECKSUM_BYTES;
  for (const part of parts) at += part.copy(bytes, at);
  bytes[at] = NEWLINE;
  bytes.write(`${checksum(bytes.subarray(CHECKSUM_BYTES, at))} `, 0, 'latin1');
  return bytes;
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

/**
 * The JSON value of a line without its newline.
 * @throws Error that says what is wrong
 */
export function decodeLine(bytes: Buffer): unknown {
  const given = bytes.toString('latin1', 0, CHECKSUM_BYTES);
  if (!/^[0-9a-f]{8} $/.test(given)) throw new Error('the line does not begin with a checksum');
  const body = bytes.subarray(CHECKSUM_BYTES);
  const found = checksum(body);
  if (given.trimEnd() !== found) throw new Error(`the checksum is ${found}, the line says ${given.trimEnd()}`);
  return JSON.parse(body.toString());
}

export function isHeader(value: unknown): value is JournalHeader {
  const header = value as Partial<JournalHeader> | null;
  return typeof header === 'object' && header?.journal === 1 && Number.isSafeInteger(header.after);
}

export function isRecord(value: unknown): value is JournalRecord {
  const record = value as Partial<JournalRecord> | null;
  if (typeof record !== 'object' || !Number.isSafeInteger(record?.revision) || typeof record?.key !== 'string')
    return false;
  return record.object === undefined || typeof record.object.metadata === 'object';
}
