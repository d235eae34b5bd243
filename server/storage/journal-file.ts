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
  /** Bytes of whole lines; more are what a crash has left of lines that were not on disk. */
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
  const linesEnd = bytes.lastIndexOf(NEWLINE) + 1;
  if (linesEnd === 0) return undefined;
  const first = firstRevision(basename(path)) ?? 0;
  const records: JournalRecord[] = [];
  let after = 0;
  let completeBytes = 0;
  for (let start = 0, line = 1; start < linesEnd; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    if (isNewest && line > 1 && isCut(bytes.subarray(start, linesEnd))) break;
    const value = parse(bytes.subarray(start, end), path, line);
    if (line === 1) {
      if (!isHeader(value)) throw new DamagedFile(path, line, 'the file does not begin with a header', `${RESTORE}.`);
      after = value.after;
    } else records.push(record(value, first + records.length, path, line));
    start = end + 1;
    completeBytes = start;
  }
  const tornBytes = bytes.length - completeBytes;
  if (tornBytes > 0 && !isNewest) {
    throw new DamagedFile(path, records.length + 2, 'the line is cut off, and newer files follow', `${RESTORE}.`);
  }
  return { path, first, last: first + records.length - 1, after, records, completeBytes, tornBytes };
}

/**
 * Whether lines begin with one that never was on disk: after a power cut a file can be as long as it was to be, with
 * zeros where sectors are missing, and whole lines behind them. JSON has no zeros; and were a line of a later group
 * behind it, it would have been on disk before that was written, and be damaged.
 */
function isCut(lines: Buffer): boolean {
  const end = lines.indexOf(NEWLINE);
  if (lines.subarray(0, end).indexOf(0) < 0) return false;
  for (let start = end + 1; start < lines.length; start = lines.indexOf(NEWLINE, start) + 1) {
    if (beginsGroup(lines.subarray(start, lines.indexOf(NEWLINE, start)))) return false;
  }
  return true;
}

function beginsGroup(bytes: Buffer): boolean {
  try {
    const value = decodeLine(bytes);
    return isRecord(value) && value.synced === true;
  } catch {
    return false;
  }
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
