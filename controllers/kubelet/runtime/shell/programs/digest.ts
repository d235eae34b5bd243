import { createHash } from 'node:crypto';
import { errorText } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { eachInput, openInput, readAll, readLines } from './input.ts';
import { BadUsage, readOptions } from './options.ts';

/** Checksums, and bytes as text. */

async function digestOf(process: Process, file: OpenFile, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) return hash.digest('hex');
    hash.update(data);
    await process.step(data.length >> 8);
  }
}

function summing(algorithm: string): Program {
  return async (process, args, name) => {
    const options = readOptions(args, 'csbtw', { check: 'c', status: 's' });
    if (!options.has('c'))
      return eachInput(process, name, options.rest, async (file, path) =>
        process.print(`${await digestOf(process, file, algorithm)}  ${path}\n`),
      );
    let failures = 0;
    const status = await eachInput(process, name, options.rest, async (list) => {
      for await (const { lines } of readLines(process, list)) {
        for (const line of lines) failures += await checkLine(process, line, algorithm, options.has('s'));
      }
    });
    if (failures > 0 && !options.has('s'))
      await process.complain(`${name}: WARNING: ${failures} of the computed checksums did NOT match`);
    return failures > 0 ? 1 : status;
  };
}

async function checkLine(process: Process, line: string, algorithm: string, isSilent: boolean): Promise<number> {
  const [, wanted, path] = /^([0-9a-f]+) [ *](.+)$/.exec(line) ?? [];
  if (wanted === undefined || path === undefined) return 0;
  let isRight = false;
  try {
    const file = openInput(process, path);
    isRight = (await digestOf(process, file, algorithm)) === wanted;
    file.release();
  } catch (error) {
    errorText(error);
  }
  if (!isSilent) await process.print(`${path}: ${isRight ? 'OK' : 'FAILED'}\n`);
  return isRight ? 0 : 1;
}

export const md5sum = summing('md5');
export const sha1sum = summing('sha1');
export const sha256sum = summing('sha256');
export const sha512sum = summing('sha512');

export const base64: Program = async (process, args, name) => {
  const options = readOptions(args, 'dDw:i', { decode: 'd', wrap: 'w' });
  const width = options.number('w') ?? 76;
  let status = 0;
  const opened = await eachInput(process, name, options.rest, async (file) => {
    const data = await readAll(process, file);
    if (options.has('d') || options.has('D')) {
      const text = data.toString('latin1').replace(/\s+/g, '');
      if (/[^A-Za-z0-9+/=]/.test(text) || text.replace(/=+$/, '').length % 4 === 1) status = 1;
      await process.write(1, Buffer.from(text, 'base64'));
      if (status !== 0) await process.complain(`${name}: invalid input`);
      return;
    }
    const text = data.toString('base64');
    if (width === 0) return process.print(text);
    for (let at = 0; at < text.length; at += width) await process.print(`${text.slice(at, at + width)}\n`);
  });
  return opened || status;
};

const printable = (byte: number): string => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.');

export const xxd: Program = async (process, args, name) => {
  const options = readOptions(args, 'pirl:s:c:g:u', { plain: 'p' });
  const length = options.number('l');
  return eachInput(process, name, options.rest, async (file) => {
    const all = await readAll(process, file);
    if (options.has('r')) {
      const text = all.toString('latin1');
      const digits = options.has('p') ? text : text.replace(/^[0-9a-f]+: ((?:[0-9a-f]{2,4} ?)+).*$/gm, '$1');
      return process.write(1, Buffer.from(digits.replace(/\s+/g, ''), 'hex'));
    }
    const start = options.number('s') ?? 0;
    const data = all.subarray(start, length === undefined ? undefined : start + length);
    const columns = options.number('c') ?? (options.has('p') ? 30 : 16);
    for (let at = 0; at < data.length; at += columns) {
      const row = data.subarray(at, at + columns);
      if (options.has('p')) {
        await process.print(`${row.toString('hex')}\n`);
        continue;
      }
      const pairs = row.toString('hex').match(/.{1,4}/g) ?? [];
      const hex = pairs.join(' ').padEnd(Math.ceil((columns * 5) / 2) - 1);
      const place = (start + at).toString(16).padStart(8, '0');
      await process.print(`${place}: ${hex}  ${[...row].map(printable).join('')}\n`);
    }
    return undefined;
  });
};

const NAMED = (
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si ' +
  'dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'
).split(' ');
/** Characters that have a name of their own after a backslash. */
export const ESCAPED: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

/** How `od` shows units of bytes. */
function cells(row: Buffer, type: string): string {
  const kind = type.charAt(0);
  if (kind === 'c')
    return [...row]
      .map((byte) =>
        (
          ESCAPED[byte] ?? (byte > 31 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))
        ).padStart(4),
      )
      .join('');
  if (kind === 'a')
    return [...row]
      .map((byte) => (NAMED[byte & 127] ?? (byte === 127 ? 'del' : String.fromCharCode(byte & 127))).padStart(4))
      .join('');
  const size = Number(type.slice(1) || '4');
  const digits =
    kind === 'x' ? size * 2 : kind === 'o' ? Math.ceil((size * 8) / 3) : ([0, 3, 5, 0, 10, 0, 0, 0, 20][size] ?? 10);
  let text = '';
  for (let at = 0; at < row.length; at += size) {
    const unit = Buffer.alloc(8);
    row.copy(unit, 0, at, Math.min(row.length, at + size));
    const value = unit.readBigUInt64LE();
    const signed = kind === 'd' ? BigInt.asIntN(size * 8, value) : value;
    const shown = signed.toString(kind === 'x' ? 16 : kind === 'o' ? 8 : 10);
    if (kind === 'd') text += ` ${shown.padStart(digits + 1)}`;
    else text += ` ${shown.padStart(digits, kind === 'u' ? ' ' : '0')}`;
  }
  return text;
}

export const od: Program = async (process, args, name) => {
  const options = readOptions(args, 'A:t:N:j:vbcdoxsaw:', {});
  const shorthand: Readonly<Record<string, string>> = { b: 'o1', c: 'c', d: 'u2', o: 'o2', x: 'x2', s: 'd2', a: 'a' };
  const types: string[] = options.all('t').flatMap((text) => text.match(/[acdouxf]\d*/g) ?? []);
  for (const [letter, type] of Object.entries(shorthand)) if (options.has(letter)) types.push(type);
  if (types.length === 0) types.push('o2');
  if (types.some((type) => type.startsWith('f'))) throw new BadUsage('floating point is not simulated');
  const radix = options.value('A') ?? 'o';
  const place = (at: number): string =>
    radix === 'n'
      ? ''
      : radix === 'x'
        ? at.toString(16).padStart(6, '0')
        : radix === 'd'
          ? String(at).padStart(7, '0')
          : at.toString(8).padStart(7, '0');
  const skipped = options.number('j') ?? 0;
  const count = options.number('N');
  return eachInput(
    process,
    name,
    options.rest,
    async (file) => {
      const data = await readAll(process, file);
      const shown = data.subarray(skipped, count === undefined ? undefined : skipped + count);
      for (let at = 0; at < shown.length; at += 16) {
        const row = shown.subarray(at, at + 16);
        const lines = types.map(
          (type, i) => `${i === 0 ? place(skipped + at) : ' '.repeat(place(0).length)}${cells(row, type)}\n`,
        );
        await process.print(lines.join(''));
      }
      if (radix !== 'n') await process.print(`${place(skipped + shown.length)}\n`);
    },
    (path, problem) => `${path}: ${problem}`,
  );
};
