import { errorText } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { BadUsage, numberOf } from './options.ts';

/** One block can be as large as this. */
const BLOCK_MAX = 4 * 1024 * 1024;

function operands(args: readonly string[]): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const word of args) {
    const [, key = '', value = ''] = /^([a-z]+)=(.*)$/s.exec(word) ?? [];
    if (!['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'status', 'iflag', 'oflag'].includes(key))
      throw new BadUsage(`unrecognized operand '${word}'`);
    values[key] = value;
  }
  return values;
}

/** A block, made of as many reads as it takes. */
async function readBlock(process: Process, file: OpenFile, size: number, isFull: boolean): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let left = size;
  while (left > 0) {
    const data = await process.readFrom(file, left);
    if (!data) break;
    chunks.push(data);
    left -= data.length;
    if (!isFull && file.node === undefined && !file.name.startsWith('/dev/')) break;
  }
  return chunks.length === 0 ? undefined : Buffer.concat(chunks);
}

/** `dd`: blocks from one file to another. */
export const dd: Program = async (process, args, name) => {
  const given = operands(args);
  const blockSize = Math.max(1, Math.min(BLOCK_MAX, numberOf(given.bs ?? given.ibs ?? '512')));
  const count = given.count === undefined ? Number.POSITIVE_INFINITY : numberOf(given.count);
  const isNoTruncate = given.conv?.includes('notrunc') ?? false;
  const open = (path: string | undefined, fd: number, write: boolean): OpenFile => {
    if (path === undefined) return process.file(fd).retain();
    const mode = write ? { write: true, create: 0o666, truncate: !isNoTruncate } : { read: true };
    return process.open(path, mode).retain();
  };
  let input: OpenFile | undefined;
  let output: OpenFile | undefined;
  const startedMs = process.machine.clock.now();
  const total = { whole: 0, partial: 0, bytes: 0 };
  try {
    input = open(given.if, 0, false);
    output = open(given.of, 1, true);
    for (let i = 0; i < numberOf(given.skip ?? '0'); i++) await readBlock(process, input, blockSize, true);
    if (given.seek !== undefined) output.seek(numberOf(given.seek) * blockSize);
    while (total.whole + total.partial < count) {
      const block = await readBlock(process, input, blockSize, given.iflag === 'fullblock');
      if (!block) break;
      if (block.length === blockSize) total.whole++;
      else total.partial++;
      await process.writeTo(output, block);
      total.bytes += block.length;
    }
  } catch (error) {
    const path = input ? given.of : given.if;
    await process.complain(
      `${name}: ${output ? 'error writing' : `can't open`} '${path ?? 'standard output'}': ${errorText(error)}`,
    );
    return 1;
  } finally {
    input?.release();
    output?.release();
  }
  const counts = `${total.whole}+${total.partial}`;
  if (given.status !== 'none') await process.complain(`${counts} records in\n${counts} records out`);
  if (given.status === undefined) {
    const elapsedS = (process.machine.clock.now() - startedMs) / 1000;
    const rate = elapsedS > 0 ? total.bytes / elapsedS / 1024 ** 2 : 0;
    await process.complain(
      `${total.bytes} bytes (${(total.bytes / 1024 ** 2).toFixed(1)}MB) copied, ${elapsedS.toFixed(6)} seconds, ` +
        `${rate.toFixed(1)}MB/s`,
    );
  }
  return 0;
};
