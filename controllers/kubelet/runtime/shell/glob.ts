import { SystemError } from '../machine/errno.ts';
import type { Process } from '../machine/process.ts';
import { compilePattern, hasWildcards, matches, unescaped } from './pattern.ts';

/** The paths that a pattern matches, in order; none when nothing does. */
export async function glob(process: Process, pattern: string, resultsMax: number): Promise<string[]> {
  const parts = pattern.split(/(\/+)/);
  let found = [''];
  for (const part of parts) {
    if (part === '') continue;
    if (part.startsWith('/')) found = found.map((path) => path + part);
    else if (!hasWildcards(part)) found = found.map((path) => path + unescaped(part));
    else {
      const next: string[] = [];
      for (const path of found) {
        next.push(...(await matchingNames(process, path, part)));
        if (next.length > resultsMax) throw new SystemError('E2BIG');
      }
      found = next;
    }
  }
  return found.filter((path) => process.view.tryFind(process.path(path), process, { follow: false }));
}

async function matchingNames(process: Process, directory: string, pattern: string): Promise<string[]> {
  const place = process.view.tryFind(process.path(directory === '' ? '.' : directory), process);
  if (place?.node.kind !== 'directory') return [];
  const names = namesOf(process, directory);
  const pieces = compilePattern(pattern);
  const showsHidden = pattern.startsWith('.') || pattern.startsWith('\\.');
  const matching: string[] = [];
  for (const name of showsHidden ? ['.', '..', ...names] : names) {
    if (name.startsWith('.') && !showsHidden) continue;
    if (await matches(process, pieces, name)) matching.push(directory + name);
  }
  return matching;
}

function namesOf(process: Process, directory: string): readonly string[] {
  try {
    const path = process.path(directory === '' ? '.' : directory);
    return process.view.names(process.view.find(path, process), process);
  } catch {
    return [];
  }
}
