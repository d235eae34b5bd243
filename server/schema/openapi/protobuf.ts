/**
 * OpenAPI documents as protobuf: the messages of gnostic, whose shape is not quite that of the JSON. Old kubectls ask
 * for nothing else.
 */
import { getOwn } from '../../base/freeze.ts';
import { blockYaml } from './block-yaml.ts';

/**
 * How the value of a JSON key is written: a scalar, `any` (YAML text in a message), the name of a message, `[]` a list
 * of, `{}` a message with a list of named values.
 */
export type Kind = string;

/** A message. */
export interface Message {
  /** JSON key → field number and kind. */
  readonly fields?: Readonly<Record<string, readonly [number: number, kind: Kind]>>;
  /** The field of keys that begin with `x-`. */
  readonly extensions?: number;
  /** The field of all other keys: they name the values, such as paths. */
  readonly named?: readonly [number: number, kind: Kind];
  /** One of several messages, by what the value looks like; none where the message cannot say it. */
  choose?(value: unknown): readonly [number: number, kind: Kind] | undefined;
}

export type Messages = Readonly<Record<string, Message>>;

type Json = Readonly<Record<string, unknown>>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** Writes a document. Messages of unknown keys would be a mistake of ours: they are left out, as unknown fields are. */
export class ProtobufWriter {
  readonly #messages: Messages;
  readonly #yaml = new Map<string, Buffer>();

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  write(root: string, value: unknown): Buffer {
    return this.#message(root, value);
  }

  #message(name: string, value: unknown): Buffer {
    const message = this.#messages[name];
    if (!message) throw new Error(`OpenAPI has no message ${name}`);
    if (message.choose) {
      const chosen = message.choose(value);
      return chosen ? this.#field(...chosen, value) : Buffer.alloc(0);
    }
    const parts: [number: number, bytes: Buffer][] = [];
    for (const [key, inner] of Object.entries(value as Json)) {
      const field = getOwn(message.fields, key);
      if (field) parts.push([field[0], this.#field(field[0], field[1], inner)]);
      else if (message.extensions !== undefined && key.startsWith('x-')) {
        parts.push([message.extensions, this.#pair(message.extensions, key, 'any', inner)]);
      } else if (message.named)
        parts.push([message.named[0], this.#pair(message.named[0], key, message.named[1], inner)]);
    }
    // Fields go out in the order of their numbers, as Go writes them.
    return Buffer.concat(parts.sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
  }

  #field(number: number, kind: Kind, value: unknown): Buffer {
    if (kind.startsWith('[]')) {
      return Buffer.concat((value as unknown[]).map((item) => this.#field(number, kind.slice(2), item)));
    }
    if (kind.startsWith('{}')) {
      const pairs = Object.entries(value as Json).map(([name, inner]) => this.#pair(1, name, kind.slice(2), inner));
      return delimited(number, Buffer.concat(pairs));
    }
    switch (kind) {
      case 'string':
        return value === '' ? Buffer.alloc(0) : delimited(number, Buffer.from(String(value)));
      case 'item': // a string of a list, which is written even when empty
        return delimited(number, Buffer.from(String(value)));
      case 'bool':
        return value === true ? Buffer.concat([tag(number, VARINT), varint(1)]) : Buffer.alloc(0);
      case 'choice': // a boolean of a oneof, which is written even when false
        return Buffer.concat([tag(number, VARINT), varint(value === true ? 1 : 0)]);
      case 'int64':
        return value === 0 ? Buffer.alloc(0) : Buffer.concat([tag(number, VARINT), varint(value as number)]);
      case 'double':
        return Buffer.concat([tag(number, FIXED64), double(value as number)]);
      case 'any':
        return delimited(number, this.#any(value));
      default:
        return delimited(number, this.#message(kind, value));
    }
  }

  /** A named value of a list: field 1 is the name, field 2 the value. */
  #pair(number: number, name: string, kind: Kind, value: unknown): Buffer {
    return delimited(number, Buffer.concat([delimited(1, Buffer.from(name)), this.#field(2, kind, value)]));
  }

  /** Any value: field 2 is its YAML. Few are different, so each is made once. */
  #any(value: unknown): Buffer {
    const key = JSON.stringify(value);
    let bytes = this.#yaml.get(key);
    if (!bytes) {
      bytes = delimited(2, Buffer.from(blockYaml(value)));
      this.#yaml.set(key, bytes);
    }
    return bytes;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function tag(number: number, wireType: number): Buffer {
  return varint(number * 8 + wireType);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function delimited(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(number, BYTES), varint(bytes.length), bytes]);
}
