import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { eachInput, Output, readLines } from './input.ts';
import { BadUsage, numberOf, readOptions } from './options.ts';
import { unescapeText } from './print.ts';

/** Programs that look at each line: `uniq`, `cut`, `tr`, `nl`, `paste`. */

export const uniq: Program = async (process, args, name) => {
  const options = readOptions(args, 'cduif:s:w:', { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i' });
  const [input = '-', outputPath] = options.rest;
  const skippedFields = options.number('f') ?? 0;
  const skippedChars = options.number('s') ?? 0;
  const width = options.number('w');
  const keyOf = (line: string): string => {
    let key = line;
    for (let i = 0; i < skippedFields; i++) key = key.replace(/^\s*\S+/, '');
    key = key.slice(skippedChars, width === undefined ? undefined : skippedChars + width);
    return options.has('i') ? key.toLowerCase() : key;
  };
  const file =
    outputPath === undefined || outputPath === '-'
      ? undefined
      : process.open(outputPath, { write: true, truncate: true, create: 0o666 }).retain();
  let current: { readonly line: string; readonly key: string; count: number } | undefined;
  const flush = async (): Promise<void> => {
    if (!current || (options.has('d') && current.count < 2) || (options.has('u') && current.count > 1)) return;
    const text = `${options.has('c') ? `${String(current.count).padStart(7)} ` : ''}${current.line}\n`;
    await (file ? process.writeTo(file, text) : process.print(text));
  };
  try {
    return await eachInput(process, name, [input], async (source) => {
      for await (const { lines } of readLines(process, source)) {
        for (const line of lines) {
          const key = keyOf(line);
          if (current?.key === key) current.count++;
          else {
            await flush();
            current = { line, key, count: 1 };
          }
        }
      }
      await flush();
    });
  } finally {
    file?.release();
  }
};

/** `1,3-5,7-`: whether a position is wanted. */
function listOf(text: string): (position: number) => boolean {
  const ranges = text.split(',').map((part) => {
    const [, low = '', dash = '', high = ''] = /^(\d*)(-?)(\d*)$/.exec(part) ?? [];
    if (low === '' && high === '') throw new BadUsage(`invalid range ${part}`);
    const from = low === '' ? 1 : Number(low);
    return { from, to: dash === '' ? from : high === '' ? Number.POSITIVE_INFINITY : Number(high) };
  });
  return (position) => ranges.some(({ from, to }) => position >= from && position <= to);
}

export const cut: Program = async (process, args, name) => {
  const options = readOptions(args, 'b:c:f:d:snO:', {
    fields: 'f',
    delimiter: 'd',
    characters: 'c',
    bytes: 'b',
    'output-delimiter': 'O',
  });
  const chars = options.value('c') ?? options.value('b');
  const fields = options.value('f');
  const list = chars ?? fields;
  if (list === undefined) throw new BadUsage('expected a list of bytes, characters, or fields');
  const isWanted = listOf(list);
  const delimiter = options.value('d')?.slice(0, 1) ?? '\t';
  const joint = options.value('O') ?? delimiter;
  const cutLine = (line: string): string | undefined => {
    if (chars !== undefined)
      return line
        .split('')
        .filter((_, i) => isWanted(i + 1))
        .join('');
    if (!line.includes(delimiter)) return options.has('s') ? undefined : line;
    return line
      .split(delimiter)
      .filter((_, i) => isWanted(i + 1))
      .join(joint);
  };
  return eachInput(
    process,
    name,
    options.rest,
    async (file) => {
      const output = new Output(process);
      for await (const { lines } of readLines(process, file)) {
        for (const line of lines) {
          const shown = cutLine(line);
          const pause = shown === undefined ? undefined : output.add(`${shown}\n`);
          if (pause) await pause;
        }
        await output.flush();
      }
    },
    (path, problem) => `${path}: ${problem}`,
  );
};

const CLASS_CHARS: Readonly<Record<string, readonly [number, number][]>> = {
  alpha: [
    [65, 90],
    [97, 122],
  ],
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: [[48, 57]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};

/** The bytes that a set of `tr` names. */
function setOf(text: string): number[] {
  const [plain] = unescapeText(
    text.replace(/\[:([a-z]+):\]/g, (whole, name: string) => (CLASS_CHARS[name] ? whole : '')),
  );
  const bytes: number[] = [];
  for (let at = 0; at < plain.length; at++) {
    const [whole = '', name = ''] = /^\[:([a-z]+):\]/.exec(plain.slice(at, at + 12)) ?? [];
    if (whole !== '') {
      for (const [low, high] of CLASS_CHARS[name] ?? []) for (let code = low; code <= high; code++) bytes.push(code);
      at += whole.length - 1;
    } else if (plain[at + 1] === '-' && at + 2 < plain.length) {
      for (let code = plain.charCodeAt(at); code <= plain.charCodeAt(at + 2); code++) bytes.push(code);
      at += 2;
    } else bytes.push(plain.charCodeAt(at));
  }
  return bytes;
}

export const tr: Program = async (process, args) => {
  const options = readOptions(args, '+cCdst', { complement: 'c', delete: 'd', 'squeeze-repeats': 's' });
  const [first, second] = options.rest;
  if (first === undefined) throw new BadUsage('missing operand');
  let from = setOf(first);
  if (options.has('c') || options.has('C')) {
    const named = new Set(from);
    from = Array.from({ length: 256 }, (_, code) => code).filter((code) => !named.has(code));
  }
  const to = second === undefined ? [] : setOf(second);
  const isDeleting = options.has('d');
  const table = Array.from({ length: 256 }, (_, code) => code);
  if (!isDeleting && to.length > 0)
    for (const [i, code] of from.entries()) table[code] = to[Math.min(i, to.length - 1)] ?? code;
  const deleted = new Set(isDeleting ? from : []);
  const squeezed = new Set(options.has('s') ? (second === undefined ? from : to) : []);
  let last = -1;
  for (;;) {
    const data = await process.read(0);
    if (!data) return 0;
    const result = Buffer.alloc(data.length);
    let length = 0;
    for (const byte of data) {
      if (deleted.has(byte)) continue;
      const code = table[byte] ?? byte;
      if (code === last && squeezed.has(code)) continue;
      last = code;
      result[length++] = code;
    }
    await process.write(1, result.subarray(0, length));
  }
};

export const nl: Program = async (process, args, name) => {
  const options = readOptions(args, 'b:s:w:n:v:i:');
  const style = options.value('b') ?? 't';
  const width = options.number('w') ?? 6;
  const separator = options.value('s') ?? '\t';
  let number = (options.number('v') ?? 1) - 1;
  return eachInput(process, name, options.rest, async (file) => {
    for await (const { lines } of readLines(process, file)) {
      const shown = lines.map((line) => {
        const counts = style === 'a' || (style === 't' && line !== '');
        const blank = ' '.repeat(width + separator.length);
        return `${counts ? String(++number).padStart(width) + separator : blank}${line}\n`;
      });
      await process.print(shown.join(''));
    }
  });
};

async function allLines(process: Process, name: string, path: string): Promise<string[]> {
  const all: string[] = [];
  await eachInput(process, name, [path], async (file) => {
    for await (const { lines } of readLines(process, file)) {
      all.push(...lines);
      if (all.length > process.machine.limits.programBytes / 8) throw new SystemError('ENOMEM');
    }
  });
  return all;
}

export const paste: Program = async (process, args, name) => {
  const options = readOptions(args, 'sd:');
  const delimiters = unescapeText(options.value('d') ?? '\t')[0];
  const columns: string[][] = [];
  for (const path of options.rest.length === 0 ? ['-'] : options.rest)
    columns.push(await allLines(process, name, path));
  const joined = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell : delimiters.charAt((i - 1) % Math.max(1, delimiters.length)) + cell))
      .join('');
  if (options.has('s')) {
    for (const column of columns) await process.print(`${joined(column)}\n`);
    return 0;
  }
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  for (let row = 0; row < rows; row++) await process.print(`${joined(columns.map((column) => column[row] ?? ''))}\n`);
  return 0;
};

export const fold: Program = async (process, args, name) => {
  const options = readOptions(args, 'w:sb');
  const width = Math.max(1, numberOf(options.value('w') ?? '80'));
  return eachInput(process, name, options.rest, async (file) => {
    for await (const { lines } of readLines(process, file)) {
      const output = new Output(process);
      for (const line of lines) {
        for (let at = 0; at === 0 || at < line.length; at += width) {
          const pause = output.add(`${line.slice(at, at + width)}\n`);
          if (pause) await pause;
        }
      }
      await output.flush();
    }
  });
};
