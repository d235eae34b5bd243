import { readFileSync } from 'node:fs';

const STANDARD_INPUT = 0;

/** The text of a file that a command is given; `-` is standard input. */
export const readGiven = (file: string): string => readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8');

/** How messages call it. */
export const nameOfGiven = (file: string): string => (file === '-' ? 'standard input' : file);
