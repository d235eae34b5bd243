/** Headers as one text: names and values alternately, each with a line of its own. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

const LINE = '\n';

/** @throws Error for a value that no header can have */
export function headerLines(headers: OutgoingHttpHeaders | IncomingHttpHeaders): string {
  let text = '';
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value === 'object') for (const each of value) text += line(name, each);
    else text += line(name, String(value));
  }
  return text;
}

function line(name: string, value: string): string {
  // What Node says of it when it writes the head.
  if (value.includes(LINE)) throw new TypeError(`Invalid character in header content [${JSON.stringify(name)}]`);
  return name + LINE + value + LINE;
}

export function rawLines(raw: readonly string[]): string {
  return raw.length === 0 ? '' : raw.join(LINE) + LINE;
}

/** Names and values alternately. */
export function partsOf(text: string): string[] {
  const parts = text.split(LINE);
  parts.pop();
  return parts;
}

/** A name that comes several times has a list. */
export function headersOf(text: string): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const parts = partsOf(text);
  for (let i = 0; i < parts.length; i += 2) {
    const name = parts[i] as string;
    const value = parts[i + 1] as string;
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (typeof known === 'string') headers[name] = [known, value];
    else known.push(value);
  }
  return headers;
}
