import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The text of a file that a command is given; `-` is standard input. @throws Error that says why it cannot be read */
export async function readGiven(file: string): Promise<string> {
  if (file === '-') return await standardInput();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw error;
    throw new Error(`${file}: ${why} (the path was taken to be ${resolve(file)})`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; give the path of one that is there, or - for standard input',
  ENOTDIR: 'there is no such file; give the path of one that is there, or - for standard input',
  EISDIR: 'this is a folder; give the path of a file, or - for standard input',
  EACCES: 'you may not read this file; give yourself the permission, or another file',
};

/** To its end: a pipe in which nothing is yet cannot be read as a file can. */
async function standardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts).toString();
}

/** How messages call it. */
export const nameOfGiven = (file: string): string => (file === '-' ? 'standard input' : file);
