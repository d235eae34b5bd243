/** Writes as a text that can be kept and sent again: a line of JSON for each. */
import type { User } from '../../kube/object.ts';
import type { JournalEntry } from './journal-entry.ts';

/** One write. */
export interface TapeLine {
  readonly sequence: number;
  readonly method: string;
  /** Path and query. */
  readonly uri: string;
  readonly user: User;
  readonly userAgent: string;
  readonly contentType?: string;
  /** A body of JSON. */
  readonly body?: unknown;
  /** One of text: YAML. */
  readonly text?: string;
  /** Any other: protobuf. */
  readonly base64?: string;
  /** How it was answered. */
  readonly code: number;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Connections to pods are no writes, though clients POST them. */
const CONNECTIONS: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy']);

const NOBODY: User = { name: '', groups: [] };

export const isWrite = ({ info }: JournalEntry): boolean =>
  info.isResource && WRITES.has(info.verb) && !CONNECTIONS.has(info.subresource);

/** The tape of the writes among `entries`. @throws Error when a body was not kept */
export function tapeOf(entries: readonly JournalEntry[]): string {
  // Whoever was unknown has written nothing.
  const writes = entries.filter((entry) => isWrite(entry) && entry.user !== undefined);
  const bare = writes.filter(({ keepsBodies }) => !keepsBodies);
  if (bare.length > 0) {
    const last = bare.at(-1)?.sequence ?? 0;
    const how = 'PUT /-/requests/level with {"level": "request"}, or start with --journal-level request';
    const since = bare.length < writes.length ? `; since=${last} leaves them out` : `: ${how}`;
    const counted = bare.length === 1 ? '1 write' : `${bare.length} writes`;
    throw new Error(`a tape needs bodies, which the journal has not kept of ${counted}${since}`);
  }
  return writes.map((entry) => `${JSON.stringify(lineOf(entry))}\n`).join('');
}

function lineOf(entry: JournalEntry): TapeLine {
  const { sequence, method, requestUri: uri, user = NOBODY, userAgent, contentType, status = 0, body } = entry;
  if (body?.isTooLarge) throw new Error(`the body of #${sequence} (${method} ${uri}) was too large to be kept`);
  return {
    sequence,
    method,
    uri,
    user,
    userAgent,
    ...(contentType !== undefined && { contentType }),
    ...bodyFields(body?.sent),
    code: status,
  };
}

function bodyFields(sent: Buffer | undefined): Pick<TapeLine, 'body' | 'text' | 'base64'> {
  if (!sent || sent.length === 0) return {};
  const text = sent.toString();
  if (!Buffer.from(text).equals(sent)) return { base64: sent.toString('base64') };
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return { text };
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNone = (value: unknown): boolean => value === undefined || isText(value);

/** Reads a tape. @throws Error naming the line that is none */
export function readTape(text: string): TapeLine[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // told below
    }
    if (!isTapeLine(value))
      throw new Error(`line ${index + 1} of the tape is none that GET /-/requests/tape has given`);
    return [value];
  });
}

function isTapeLine(value: unknown): value is TapeLine {
  if (typeof value !== 'object' || value === null) return false;
  const { method, uri, user, userAgent, contentType, text, base64, code, sequence } = value as Partial<TapeLine>;
  return (
    Number.isInteger(sequence) &&
    isText(method) &&
    isText(uri) &&
    uri.startsWith('/api') &&
    isText(userAgent) &&
    Number.isInteger(code) &&
    isUser(user) &&
    [contentType, text, base64].every(isTextOrNone)
  );
}

function isUser(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, groups } = value as Partial<User>;
  return isText(name) && Array.isArray(groups) && groups.every(isText);
}

/** The bytes of the body of a line. */
export function bodyOf({ body, text, base64 }: TapeLine): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (text !== undefined) return Buffer.from(text);
  return Buffer.from(body === undefined ? '' : JSON.stringify(body));
}
