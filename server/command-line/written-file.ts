import { closeSync, fchmodSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file that only those may read whom its mode names, and at no time anybody else: a file that was there keeps
 * its mode, and the umask takes bits away from a new one.
 */
export function writeWithMode(file: string, text: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'w', mode);
  try {
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
