import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { eachInput, Output, openInput, readLines } from './input.ts';
import { numberOf, readOptions } from './options.ts';

/** Programs that pass on what they read, or the beginning or the end of it. */

async function pass(process: Process, file: OpenFile): Promise<void> {
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) return;
    await process.write(1, data);
  }
}

export const cat: Program = async (process, args, name) => {
  const options = readOptions(args, 'nbvteAsu');
  const showsEnds = options.has('e') || options.has('A');
  const showsTabs = options.has('t') || options.has('A');
  const numbers = options.has('n') || options.has('b');
  if (!numbers && !showsEnds && !showsTabs)
    return eachInput(process, name, options.rest, (file) => pass(process, file));
  let number = 0;
  return eachInput(process, name, options.rest, async (file) => {
    const output = new Output(process);
    for await (const { lines, isWhole } of readLines(process, file)) {
      for (const line of lines) {
        const counts = numbers && (options.has('n') || line !== '');
        const shown = showsTabs ? line.replaceAll('\t', '^I') : line;
        const prefix = counts ? `${String(++number).padStart(6)}\t` : '';
        output.keep(`${prefix}${shown}${isWhole ? `${showsEnds ? '$' : ''}\n` : ''}`);
      }
      await output.flush();
    }
  });
};

export const tac: Program = async (process, args, name) =>
  eachInput(process, name, args, async (file) => {
    const all: string[] = [];
    for await (const { lines } of readLines(process, file)) all.push(...lines);
    await process.print(
      all
        .reverse()
        .map((line) => `${line}\n`)
        .join(''),
    );
  });

export const rev: Program = async (process, args, name) =>
  eachInput(process, name, args, async (file) => {
    for await (const { lines } of readLines(process, file))
      await process.print(lines.map((line) => `${line.split('').reverse().join('')}\n`).join(''));
  });

export const tee: Program = async (process, args, name) => {
  const options = readOptions(args, 'ai');
  const files: OpenFile[] = [];
  let status = 0;
  for (const path of options.rest) {
    try {
      const isAppending = options.has('a');
      files.push(
        process.open(path, { write: true, create: 0o666, append: isAppending, truncate: !isAppending }).retain(),
      );
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.complain(`${name}: ${path}: ${error.message}`);
      status = 1;
    }
  }
  try {
    for (;;) {
      const data = await process.read(0);
      if (!data) return status;
      await process.write(1, data);
      for (const file of files) await process.writeTo(file, data);
    }
  } finally {
    for (const file of files) file.release();
  }
};

/** `-5` as `-n 5`, which POSIX has forgotten and everybody uses. */
const withCount = (args: readonly string[]): string[] =>
  args.flatMap((word, i) =>
    /^-\d+$/.test(word) && !/^-[nc]$/.test(args[i - 1] ?? '') ? ['-n', word.slice(1)] : [word],
  );

function headerOf(path: string, isFirst: boolean): string {
  return `${isFirst ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`;
}

export const head: Program = async (process, args, name) => {
  const options = readOptions(withCount(args), 'n:c:qv', { lines: 'n', bytes: 'c' });
  const text = options.value('n') ?? '10';
  const omits = text.startsWith('-');
  const bytes = options.number('c');
  const count = numberOf(text.replace(/^-/, ''));
  const showsNames = options.has('v') || (options.rest.length > 1 && !options.has('q'));
  let isFirst = true;
  return eachInput(
    process,
    name,
    options.rest,
    async (file, path) => {
      if (showsNames) await process.print(headerOf(path, isFirst));
      isFirst = false;
      if (bytes !== undefined) return headBytes(process, file, bytes);
      if (omits) return headWithoutLast(process, file, count);
      for (let left = count; left > 0; ) {
        const data = await process.readFrom(file, 4096, 10);
        if (!data) return undefined;
        await process.write(1, data);
        if (data.at(-1) === 10) left--;
      }
      return undefined;
    },
    (path, problem) => `${path}: ${problem}`,
  );
};

async function headBytes(process: Process, file: OpenFile, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const data = await process.readFrom(file, Math.min(left, 32 * 1024));
    if (!data) return;
    left -= data.length;
    await process.write(1, data);
  }
}

async function headWithoutLast(process: Process, file: OpenFile, count: number): Promise<void> {
  const held: string[] = [];
  for await (const { lines, isWhole } of readLines(process, file)) {
    for (const line of lines) held.push(isWhole ? `${line}\n` : line);
    if (held.length > count) await process.print(held.splice(0, held.length - count).join(''));
  }
}

/** How often a followed file is looked at. Nobody tells when a file grows, as on a real system. */
const FOLLOW_MS = 1000;

export const tail: Program = async (process, args, name) => {
  const options = readOptions(withCount(args), 'n:c:fFqvs:', { lines: 'n', bytes: 'c', follow: 'f' });
  const text = options.value('c') ?? options.value('n') ?? '10';
  const fromStart = text.startsWith('+');
  const count = numberOf(text.replace(/^[-+]/, ''));
  const showsNames = options.has('v') || (options.rest.length > 1 && !options.has('q'));
  const last: TailOptions = { count, fromStart, isBytes: options.has('c') };
  let isFirst = true;
  const followed: { path: string; position: number }[] = [];
  const status = await eachInput(process, name, options.rest, async (file, path) => {
    if (showsNames) await process.print(headerOf(path, isFirst));
    isFirst = false;
    await printEnd(process, file, last);
    followed.push({ path, position: file.position });
  });
  const follows = options.has('f') || options.has('F');
  if (followed.length === 0 && status !== 0 && !options.has('F')) await process.complain(`${name}: no files`);
  if (!follows || (followed.length === 0 && !options.has('F'))) return status;
  if (options.has('F'))
    for (const path of options.rest)
      if (!followed.some((known) => known.path === path)) followed.push({ path, position: 0 });
  const pauseMs = (options.number('s') ?? 1) * FOLLOW_MS;
  for (;;) {
    for (const known of followed) if (known.path !== '-') known.position = await printNew(process, known);
    await process.sleep(pauseMs);
  }
};

interface TailOptions {
  readonly count: number;
  readonly fromStart: boolean;
  readonly isBytes: boolean;
}

async function printEnd(process: Process, file: OpenFile, { count, fromStart, isBytes }: TailOptions): Promise<void> {
  if (fromStart) {
    for (let skipped = 1; skipped < count; ) {
      const data = await process.readFrom(
        file,
        isBytes ? Math.min(4096, count - skipped) : 4096,
        isBytes ? undefined : 10,
      );
      if (!data) return;
      if (isBytes) skipped += data.length;
      else if (data.at(-1) === 10) skipped++;
    }
    return pass(process, file);
  }
  let kept = Buffer.alloc(0);
  const { programBytes } = process.machine.limits;
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) break;
    kept = Buffer.concat([kept, data]);
    if (isBytes) kept = kept.subarray(Math.max(0, kept.length - count));
    else if (kept.length > 64 * 1024) kept = lastLines(kept, count);
    if (kept.length > programBytes) throw new SystemError('ENOMEM');
  }
  await process.write(1, isBytes ? kept.subarray(Math.max(0, kept.length - count)) : lastLines(kept, count));
}

function lastLines(data: Buffer, count: number): Buffer<ArrayBuffer> {
  if (count === 0) return Buffer.alloc(0);
  let at = data.length - 1;
  for (let left = count; at > 0; left--) {
    at = data.lastIndexOf(10, at - 1);
    if (at < 0) break;
    if (left === 1) return Buffer.from(data.subarray(at + 1));
  }
  return Buffer.from(data);
}

/** What was added to a file since somebody looked. @returns how far it has been read */
async function printNew(process: Process, { path, position }: { path: string; position: number }): Promise<number> {
  let file: OpenFile;
  try {
    file = openInput(process, path);
  } catch (error) {
    if (error instanceof SystemError) return 0;
    throw error;
  }
  try {
    const size = file.node?.kind === 'file' ? file.node.size : 0;
    if (size === position) return position;
    file.seek(size < position ? 0 : position);
    await pass(process, file);
    return file.position;
  } finally {
    file.release();
  }
}

interface Counts {
  lines: number;
  words: number;
  bytes: number;
}

export const wc: Program = async (process, args, name) => {
  const options = readOptions(args, 'clmwL');
  const columns = (['l', 'w', 'c'] as const).filter(
    (letter) => options.has(letter) || (letter === 'c' && options.has('m')),
  );
  const wanted = columns.length === 0 ? (['l', 'w', 'c'] as const) : columns;
  const total: Counts = { lines: 0, words: 0, bytes: 0 };
  const show = (counts: Counts, path: string): Promise<void> => {
    const numbers = wanted.map((letter) => counts[letter === 'l' ? 'lines' : letter === 'w' ? 'words' : 'bytes']);
    const isAlone = numbers.length === 1 && options.rest.length === 0;
    const text = isAlone ? String(numbers[0]) : numbers.map((number) => String(number).padStart(9)).join(' ');
    return process.print(`${numbers.length === 1 ? String(numbers[0]) : text}${path === '' ? '' : ` ${path}`}\n`);
  };
  const status = await eachInput(
    process,
    name,
    options.rest,
    async (file, path) => {
      const counts = await count(process, file);
      total.lines += counts.lines;
      total.words += counts.words;
      total.bytes += counts.bytes;
      await show(counts, options.rest.length === 0 ? '' : path);
    },
    (path, problem) => `${path}: ${problem}`,
  );
  if (options.rest.length > 1) await show(total, 'total');
  return status;
};

async function count(process: Process, file: OpenFile): Promise<Counts> {
  const counts: Counts = { lines: 0, words: 0, bytes: 0 };
  let isInWord = false;
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) return counts;
    counts.bytes += data.length;
    for (const byte of data) {
      if (byte === 10) counts.lines++;
      const isSpace = byte === 32 || (byte > 8 && byte < 14);
      if (!isSpace && !isInWord) counts.words++;
      isInWord = !isSpace;
    }
  }
}
