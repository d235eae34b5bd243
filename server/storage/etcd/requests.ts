/**
 * The requests to etcd that are made here, as bytes: etcd's `rpc.proto` names the fields and their numbers. A message
 * is written from its end to its beginning.
 */
import { BYTES, VARINT } from '../../schema/protobuf-reader.ts';
import { BackwardWriter } from '../../schema/protobuf-writer.ts';

/** Lease ids have 63 bits. */
export type LeaseId = bigint;

/** What a key is compared by, and which field of a `Compare` says so. */
const TARGETS = { version: [0, 4], modRevision: [2, 6] } as const;

export interface Condition {
  readonly key: string;
  readonly target: keyof typeof TARGETS;
  readonly is: number;
}

export type Operation =
  | { readonly put: string; readonly value: Uint8Array; readonly lease?: LeaseId | undefined }
  | { readonly remove: string }
  | { readonly read: string };

export interface RangeRequest {
  readonly key: string;
  /** The first key behind those that are meant; only `key` itself unless given. */
  readonly end?: string;
  readonly limit?: number;
  readonly revision?: number;
  readonly countOnly?: boolean;
}

/** The writer is used again: nothing here waits. */
const writer = new BackwardWriter();

function number(field: number, value: number | boolean | undefined): void {
  if (!value) return;
  writer.integer(Number(value));
  writer.varint(field * 8 + VARINT);
}

function long(field: number, value: bigint | undefined): void {
  if (!value) return;
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  for (const byte of bytes.reverse()) writer.byte(byte);
  writer.varint(field * 8 + VARINT);
}

function text(field: number, value: string | undefined): void {
  if (value === undefined || value === '') return;
  writer.text(value);
  writer.varint(field * 8 + BYTES);
}

function bytes(field: number, value: Uint8Array): void {
  writer.bytes(value);
  writer.varint(field * 8 + BYTES);
}

function message(field: number, write: () => void): void {
  const end = writer.length;
  write();
  writer.varint(writer.length - end);
  writer.varint(field * 8 + BYTES);
}

function range({ key, end, limit, revision, countOnly }: RangeRequest): void {
  number(9, countOnly);
  number(4, revision);
  number(3, limit);
  text(2, end);
  text(1, key);
}

function operation(field: number, wanted: Operation): void {
  message(field, () => {
    if ('read' in wanted) message(1, () => range({ key: wanted.read }));
    else if ('remove' in wanted) message(3, () => text(1, wanted.remove));
    else
      message(2, () => {
        long(3, wanted.lease);
        bytes(2, wanted.value);
        text(1, wanted.put);
      });
  });
}

export function rangeRequest(request: RangeRequest): Buffer {
  range(request);
  return writer.take();
}

/** If all conditions hold, `then` is done, else `otherwise`. */
export function txnRequest(
  conditions: readonly Condition[],
  then: readonly Operation[],
  otherwise: readonly Operation[],
): Buffer {
  for (const wanted of otherwise.toReversed()) operation(3, wanted);
  for (const wanted of then.toReversed()) operation(2, wanted);
  for (const condition of conditions.toReversed()) compare(condition);
  return writer.take();
}

function compare({ key, target, is }: Condition): void {
  const [name, field] = TARGETS[target];
  message(1, () => {
    // A number of 0 is compared too: the field has to be there.
    writer.integer(is);
    writer.varint(field * 8 + VARINT);
    text(3, key);
    number(2, name);
  });
}

/**
 * Watches keys from `key` to before `end`.
 *
 * @param withBefore whether what was there before changes is told: who follows knows it
 */
export function watchRequest(key: string, end: string, fromRevision: number, withBefore = false): Buffer {
  message(1, () => {
    number(6, withBefore);
    number(4, true); // periodic notes of progress
    number(3, fromRevision);
    text(2, end);
    text(1, key);
  });
  return writer.take();
}

/** Asks how far the watches of a stream have come. */
export function progressRequest(): Buffer {
  message(3, () => undefined);
  return writer.take();
}

export function leaseGrantRequest(seconds: number): Buffer {
  number(1, seconds);
  return writer.take();
}

/** Of `LeaseTimeToLive` and `LeaseRevoke`. */
export function leaseRequest(id: LeaseId): Buffer {
  long(1, id);
  return writer.take();
}

export function compactionRequest(revision: number): Buffer {
  number(1, revision);
  return writer.take();
}

export function authenticateRequest(name: string, password: string): Buffer {
  text(2, password);
  text(1, name);
  return writer.take();
}

/** Of calls that say nothing, such as `Status`. */
export const EMPTY = Buffer.alloc(0);
