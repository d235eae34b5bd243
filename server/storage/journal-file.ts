/** Reading one file of the journal. Nothing here writes. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DamagedFile } from './damaged-file.ts';
import { decodeLine, isHeader, isRecord, type JournalRecord } from './journal-line.ts';

const NAME = /^journal-(\d{16})\.jsonl$/;
const NEWLINE = 0x0a;

/** `journal-0000000000000012.jsonl`: the revision is that of the first line, and names sort as revisions do. */
export function journalName(first: number): string {
  return `journal-${String(first).padStart(16, '0')}.jsonl`;
}

/** The first revision of a file, by its name; undefined for names of other files. */
export function firstRevision(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export interface JournalFile {
  readonly path: string;
  /** Revision of the first write, whether there is one yet or not. */
  readonly first: number;
  /** Revision of the last write. `first - 1` when there is none: that one was in use when the file was begun. */
  readonly last: number;
  /** What the header says. */
  readonly after: number;
  readonly records: readonly JournalRecord[];
  /** Bytes of complete lines; more are a torn line. */
  readonly completeBytes: number;
  readonly tornBytes: number;
}

const RESTORE = 'Put the directory back from a copy';

/**
 * @param isNewest whether the file may end in a torn line: the process may have been killed while it wrote it
 * @returns undefined when not even the header is complete: such a file has never held anything
 * @throws DamagedFile
 */
export async function readJournalFile(path: string, isNewest: boolean): Promise<JournalFile | undefined> {
  const bytes = await readFile(path);
  const completeBytes = bytes.lastIndexOf(NEWLINE) + 1;
  if (completeBytes === 0) return undefined;
  const first = firstRevision(basename(path)) ?? 0;
  const records: JournalRecord[] = [];
  let after = 0;
  for (let start = 0, line = 1; start < completeBytes; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    const value = parse(bytes.subarray(start, end), path, line);
    if (line === 1) {
      if (!isHeader(value)) throw new DamagedFile(path, line, 'the file does not begin with a header', `${RESTORE}.`);
      after = value.after;
    } else records.push(record(value, first + records.length, path, line));
    start = end + 1;
  }
  const tornBytes = bytes.length - completeBytes;
  if (tornBytes > 0 && !isNewest) {
    throw new DamagedFile(path, records.length + 2, 'the line is cut off, and newer files follow', `${RESTORE}.`);
  }
  return { path, first, last: first + records.length - 1, after, records, completeBytes, tornBytes };
}

function parse(bytes: Buffer, path: string, line: number): unknown {
  try {
    return decodeLine(bytes);
  } catch (error) {
    throw new DamagedFile(path, line, (error as Error).message, cutAdvice(line));
  }
}

function record(value: unknown, revision: number, path: string, line: number): JournalRecord {
  if (!isRecord(value)) throw new DamagedFile(path, line, 'the line is no write', cutAdvice(line));
  if (value.revision === revision) return value;
  const what = `the line has revision ${value.revision} where ${revision} has to follow`;
  throw new DamagedFile(path, line, what, cutAdvice(line));
}

function cutAdvice(line: number): string {
  if (line === 1) return `${RESTORE}.`;
  const keep = `keep the first ${line - 1} lines of this file, and remove newer files.`;
  return `${RESTORE}, or go on without what follows: ${keep}`;
}
