/** The flag `-o, --output` of commands that tell something: for people, or for programs. */
import { Option } from 'commander';

export type Output = 'text' | 'json';

export const outputOption = (): Option =>
  new Option('-o, --output <form>', 'text, or json').choices(['text', 'json']).default('text');

/** As `--output json` prints a value. */
export const jsonText = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
