import { readFile } from 'node:fs/promises';

/** The text of a file that a command is given; `-` is standard input. @throws the error of the file system */
export const readGiven = (file: string): Promise<string> => (file === '-' ? standardInput() : readFile(file, 'utf8'));

/** To its end: a pipe in which nothing is yet cannot be read as a file can. */
async function standardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts).toString();
}

/** How messages call it. */
export const nameOfGiven = (file: string): string => (file === '-' ? 'standard input' : file);
