/** Bytes in rows, as busybox's hexdump shows them: its format strings are its options. */
import type { Program } from '../../machine/program.ts';
import { ESCAPED } from './digest.ts';
import { eachInput, Output, readAll } from './input.ts';
import { BadUsage, readOptions } from './options.ts';

const ROW_BYTES = 16;

/** How units of one or two bytes are shown, and how wide. */
interface Format {
  readonly size: 1 | 2;
  readonly cell: (unit: number) => string;
  /** Of a cell with what stands between cells. */
  readonly width: number;
}

const isPrintable = (byte: number): boolean => byte > 31 && byte < 127;

function character(byte: number): string {
  if (isPrintable(byte)) return String.fromCharCode(byte).padStart(3);
  return (ESCAPED[byte] ?? byte.toString(8).padStart(3, '0')).padStart(3);
}

const HEX: Format = { size: 2, cell: (unit) => unit.toString(16).padStart(4, '0'), width: 5 };
const FORMATS: Readonly<Record<string, Format>> = {
  b: { size: 1, cell: (unit) => unit.toString(8).padStart(3, '0'), width: 4 },
  c: { size: 1, cell: character, width: 4 },
  d: { size: 2, cell: (unit) => `  ${String(unit).padStart(5, '0')}`, width: 8 },
  o: { size: 2, cell: (unit) => ` ${unit.toString(8).padStart(6, '0')}`, width: 8 },
  x: { size: 2, cell: (unit) => `   ${unit.toString(16).padStart(4, '0')}`, width: 8 },
};

function plainRow(row: Buffer, { size, cell, width }: Format): string {
  let cells = '';
  for (let at = 0; at < row.length; at += size) {
    const unit = size === 2 && at + 1 < row.length ? row.readUInt16LE(at) : (row[at] ?? 0);
    cells += `${cell(unit)} `;
  }
  return cells.padEnd((ROW_BYTES / size) * width).slice(0, -1);
}

/** Hexadecimal in two halves, and the characters beside them (-C). */
function canonicalRow(row: Buffer): string {
  const bytes = [...row].map((byte) => byte.toString(16).padStart(2, '0'));
  const halves = [bytes.slice(0, 8), bytes.slice(8)].map((half) => half.join(' ').padEnd(23));
  const text = [...row].map((byte) => (isPrintable(byte) ? String.fromCharCode(byte) : '.')).join('');
  return `${halves.join('  ')}  |${text}|`;
}

export const hexdump: Program = async (process, args, name) => {
  const options = readOptions(args, 'bcCdoxvn:s:e:f:R', {});
  for (const letter of ['e', 'f', 'R']) if (options.has(letter)) throw new BadUsage(`-${letter} is not simulated`);
  const isCanonical = name === 'hd' || options.has('C');
  const formats = Object.entries(FORMATS).flatMap(([letter, format]) => (options.has(letter) ? [format] : []));
  if (formats.length === 0 && !isCanonical) formats.push(HEX);
  const offset = options.value('s') ?? '0';
  const skipped = /^0x[0-9a-f]+$/i.test(offset) ? Number(offset) : (options.number('s') ?? 0);
  const count = options.number('n');
  // All files are one.
  const chunks: Buffer[] = [];
  const status = await eachInput(
    process,
    name,
    options.rest,
    async (file) => void chunks.push(await readAll(process, file)),
    (path, problem) => `${path}: ${problem}`,
  );
  const data = Buffer.concat(chunks).subarray(skipped, count === undefined ? undefined : skipped + count);
  const place = (at: number, digits: number): string => (skipped + at).toString(16).padStart(digits, '0');
  const output = new Output(process);
  let before: Buffer | undefined;
  let isRepeated = false;
  for (let at = 0; at < data.length; at += ROW_BYTES) {
    const row = data.subarray(at, at + ROW_BYTES);
    const isSame = !options.has('v') && row.length === ROW_BYTES && before?.equals(row) === true;
    before = row;
    if (isSame && isRepeated) continue;
    if (isSame) await output.add('*\n');
    isRepeated = isSame;
    if (isSame) continue;
    if (isCanonical) await output.add(`${place(at, 8)}  ${canonicalRow(row)}\n`);
    for (const format of formats) await output.add(`${place(at, 7)} ${plainRow(row, format)}\n`);
  }
  if (data.length > 0) await output.add(`${place(data.length, formats.length > 0 ? 7 : 8)}\n`);
  await output.flush();
  return status;
};
