import { existsSync, readFileSync } from 'node:fs';

/** The version of this package. */
export function ownVersion(): string {
  // One folder up from dist/, two from the sources.
  const file = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url)).find(existsSync);
  return file ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : 'unknown';
}
