import { SystemError } from '../../machine/errno.ts';

/** A program that was called wrongly, in busybox's words. */
export class BadUsage extends SystemError {
  constructor(text: string) {
    super('EINVAL');
    this.message = text;
  }
}

/** Options of a program, and the words after them. */
export class Options {
  readonly rest: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>, rest: readonly string[]) {
    this.#values = values;
    this.rest = rest;
  }

  has(letter: string): boolean {
    return this.#values.has(letter);
  }

  /** What was given last. */
  value(letter: string): string | undefined {
    return this.#values.get(letter)?.at(-1);
  }

  all(letter: string): readonly string[] {
    return this.#values.get(letter) ?? [];
  }

  /** @throws BadUsage when it is no number */
  number(letter: string): number | undefined {
    const text = this.value(letter);
    return text === undefined ? undefined : numberOf(text);
  }
}

/** A number, perhaps with a unit. @throws BadUsage */
export function numberOf(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([bkKmMgG]?)$/.exec(text) ?? [];
  if (digits === undefined) throw new BadUsage(`invalid number '${text}'`);
  const units: Readonly<Record<string, number>> = { b: 512, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
  return Number(digits) * (units[unit.toLowerCase()] ?? 1);
}

/**
 * Reads options as getopt does.
 *
 * @param letters those that take a value are followed by a colon; a plus sign in front ends options at the first word
 * @param long long names, by the letter that they stand for
 * @throws BadUsage
 */
export function readOptions(
  args: readonly string[],
  letters: string,
  long: Readonly<Record<string, string>> = {},
): Options {
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const put = (letter: string, value: string): void => {
    values.set(letter, [...(values.get(letter) ?? []), value]);
  };
  const takesValue = (letter: string): boolean => letters[letters.indexOf(letter) + 1] === ':';
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') {
      rest.push(...args.slice(at + 1));
      break;
    }
    if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s);
      const letter = Object.hasOwn(long, name) ? long[name] : undefined;
      if (letter === undefined) throw new BadUsage(`unrecognized option '${word}'`);
      put(letter, takesValue(letter) ? (value ?? args[++at] ?? missing(name)) : '');
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      if (letters.startsWith('+')) {
        rest.push(...args.slice(at + 1));
        break;
      }
      continue;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      if (letter === ':' || letter === '+' || !letters.includes(letter))
        throw new BadUsage(`invalid option -- '${letter}'`);
      if (!takesValue(letter)) {
        put(letter, '');
        continue;
      }
      put(letter, word.slice(i + 1) || (args[++at] ?? missing(letter)));
      break;
    }
  }
  return new Options(values, rest);
}

function missing(name: string): never {
  throw new BadUsage(`option requires an argument -- '${name}'`);
}
