/** What etcd answers, as far as it is read here. */
import { BYTES, Reader, VARINT } from '../../schema/protobuf-reader.ts';
import type { LeaseId } from './requests.ts';

export interface KeyValue {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Buffer;
  /** 0 for none. */
  readonly lease: LeaseId;
}

export interface RangeReply {
  /** That of the store when it answered. */
  readonly revision: number;
  readonly items: readonly KeyValue[];
  readonly more: boolean;
}

export interface TxnReply {
  readonly revision: number;
  readonly succeeded: boolean;
  /** What a `read` found. */
  readonly found: KeyValue | undefined;
}

export interface WatchEvent {
  readonly isDeletion: boolean;
  /** Of a deletion: only the key and the revision. */
  readonly item: KeyValue;
  /** What was there before, where that was asked for and is still kept. */
  readonly before: KeyValue | undefined;
}

export interface WatchReply {
  readonly revision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  /** Of a watch that began too early: where it could. */
  readonly compactRevision: number;
  readonly reason: string;
  readonly events: readonly WatchEvent[];
}

/** What a field of a message is read into. */
type Fields = Readonly<Record<number, (reader: Reader) => void>>;

function readMessage(reader: Reader, fields: Fields): void {
  while (!reader.done) {
    const tag = reader.integer();
    const read = fields[tag >>> 3];
    const wire = tag & 7;
    if (read && (wire === VARINT || wire === BYTES)) read(reader);
    else reader.skip(wire);
  }
}

function revisionOf(header: Reader): number {
  let revision = 0;
  readMessage(header, { 3: (reader) => (revision = reader.integer()) });
  return revision;
}

function keyValue(from: Reader): KeyValue {
  let [key, createRevision, modRevision, version, lease] = ['', 0, 0, 0, 0n];
  let value = Buffer.alloc(0);
  while (!from.done) {
    const tag = from.integer();
    if (tag === 0x0a) key = from.text();
    else if (tag === 0x10) createRevision = from.integer();
    else if (tag === 0x18) modRevision = from.integer();
    else if (tag === 0x20) version = from.integer();
    else if (tag === 0x2a) value = from.bytes() as Buffer<ArrayBuffer>;
    else if (tag === 0x30) lease = from.varint();
    else from.skip(tag & 7);
  }
  return { key, createRevision, modRevision, version, value, lease };
}

function range(from: Reader): RangeReply {
  let [revision, more] = [0, false];
  const items: KeyValue[] = [];
  readMessage(from, {
    1: (reader) => (revision = revisionOf(reader.message())),
    2: (reader) => items.push(keyValue(reader.message())),
    3: (reader) => (more = reader.integer() !== 0),
  });
  return { revision, items, more };
}

export const rangeReply = (bytes: Buffer): RangeReply => range(new Reader(bytes));

export function txnReply(bytes: Buffer): TxnReply {
  let [revision, succeeded] = [0, false];
  let found: KeyValue | undefined;
  readMessage(new Reader(bytes), {
    1: (reader) => (revision = revisionOf(reader.message())),
    2: (reader) => (succeeded = reader.integer() !== 0),
    3: (reader) => readMessage(reader.message(), { 1: (inner) => (found = range(inner.message()).items[0]) }),
  });
  return { revision, succeeded, found };
}

function watchEvent(from: Reader): WatchEvent {
  let isDeletion = false;
  let item: KeyValue | undefined;
  let before: KeyValue | undefined;
  readMessage(from, {
    1: (reader) => (isDeletion = reader.integer() === 1),
    2: (reader) => (item = keyValue(reader.message())),
    3: (reader) => (before = keyValue(reader.message())),
  });
  if (!item) throw new Error('etcd sent an event without a key');
  return { isDeletion, item, before };
}

export function watchReply(bytes: Buffer): WatchReply {
  let [revision, created, canceled, compactRevision, reason] = [0, false, false, 0, ''];
  const events: WatchEvent[] = [];
  readMessage(new Reader(bytes), {
    1: (reader) => (revision = revisionOf(reader.message())),
    3: (reader) => (created = reader.integer() !== 0),
    4: (reader) => (canceled = reader.integer() !== 0),
    5: (reader) => (compactRevision = reader.integer()),
    6: (reader) => (reason = reader.text()),
    11: (reader) => events.push(watchEvent(reader.message())),
  });
  return { revision, created, canceled, compactRevision, reason, events };
}

export function leaseGrantReply(bytes: Buffer): LeaseId {
  let id = 0n;
  readMessage(new Reader(bytes), { 2: (reader) => (id = reader.varint()) });
  return id;
}

/** Seconds: how long a lease has left, and how long it had; less than 0 left for one that is gone. */
export function leaseTimeReply(bytes: Buffer): { readonly left: number; readonly granted: number } {
  let [left, granted] = [0, 0];
  readMessage(new Reader(bytes), {
    3: (reader) => (left = Number(reader.varint())),
    4: (reader) => (granted = Number(reader.varint())),
  });
  return { left, granted };
}

/** etcd's version, such as `3.6.5`. */
export function statusReply(bytes: Buffer): string {
  let version = '';
  readMessage(new Reader(bytes), { 2: (reader) => (version = reader.text()) });
  return version;
}

export function authenticateReply(bytes: Buffer): string {
  let token = '';
  readMessage(new Reader(bytes), { 2: (reader) => (token = reader.text()) });
  return token;
}
