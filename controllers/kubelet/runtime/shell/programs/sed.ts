import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import type { Match, Regex } from '../regex.ts';
import { eachInput, openInput, readAll, readLines } from './input.ts';
import { BadUsage, readOptions } from './options.ts';
import { type Address, parseSed, type SedCommand } from './sed-script.ts';

/** What happens after a cycle's commands. */
type End = 'print' | 'silent' | 'restart' | 'quit' | 'quit silently';

class Sed {
  readonly #process: Process;
  readonly #commands: readonly SedCommand[];
  readonly #isQuiet: boolean;
  readonly #next: () => Promise<string | undefined>;
  readonly #isLast: () => Promise<boolean>;
  readonly #write: (text: string) => Promise<void>;
  readonly #files = new Map<string, OpenFile>();
  #pattern = '';
  #hold = '';
  #line = 0;
  #appended: string[] = [];
  #hasSubstituted = false;
  #lastRegex: Regex | undefined;
  exitCode = 0;

  constructor(
    process: Process,
    commands: readonly SedCommand[],
    isQuiet: boolean,
    input: {
      readonly next: () => Promise<string | undefined>;
      readonly isLast: () => Promise<boolean>;
      readonly write: (text: string) => Promise<void>;
    },
  ) {
    this.#process = process;
    this.#commands = commands;
    this.#isQuiet = isQuiet;
    this.#next = input.next;
    this.#isLast = input.isLast;
    this.#write = input.write;
  }

  async run(): Promise<void> {
    let keeps = false;
    try {
      for (;;) {
        if (!keeps && !(await this.#read())) return;
        const end = await this.#cycle();
        keeps = end === 'restart';
        if (!this.#isQuiet && (end === 'print' || end === 'quit')) await this.#write(`${this.#pattern}\n`);
        for (const text of this.#appended.splice(0)) await this.#write(text);
        if (end === 'quit' || end === 'quit silently') return;
      }
    } finally {
      for (const file of this.#files.values()) file.release();
    }
  }

  async #read(): Promise<boolean> {
    const line = await this.#next();
    if (line === undefined) return false;
    this.#pattern = line;
    this.#line++;
    this.#hasSubstituted = false;
    return true;
  }

  async #cycle(): Promise<End> {
    for (let at = 0; at < this.#commands.length; at++) {
      const pause = this.#process.step(1 + (this.#pattern.length >> 6));
      if (pause) await pause;
      const command = this.#commands[at];
      if (!command) break;
      const isMeant = (await this.#applies(command)) !== command.isNegated;
      if (!isMeant) {
        if (command.name === '{') at = command.end - 1;
        continue;
      }
      const result = await this.#run(command);
      if (typeof result === 'number') at = result - 1;
      else if (result) return result;
    }
    return 'print';
  }

  async #applies(command: SedCommand): Promise<boolean> {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return this.#matches(from);
    if (!command.isActive) {
      if (!(await this.#matches(from))) return false;
      command.isActive = !(to.kind === 'line' && to.line <= this.#line) && !(to.kind === 'more' && to.count === 0);
      command.endsAt = to.kind === 'more' ? this.#line + to.count : 0;
      return true;
    }
    const isEnd =
      to.kind === 'more'
        ? this.#line >= command.endsAt
        : to.kind === 'line'
          ? this.#line >= to.line
          : await this.#matches(to);
    if (isEnd) command.isActive = false;
    return true;
  }

  async #matches(address: Address): Promise<boolean> {
    if (address.kind === 'line') return this.#line === address.line;
    if (address.kind === 'last') return this.#isLast();
    if (address.kind === 'more') return false;
    if (address.kind === 'regex') return this.#regex(address.regex).test(this.#pattern);
    const { first, step } = address;
    return step === 0 ? this.#line === first : this.#line >= first && (this.#line - first) % step === 0;
  }

  #regex(regex: Regex | undefined): Regex {
    const used = regex ?? this.#lastRegex;
    if (!used) throw new BadUsage('no previous regexp');
    this.#lastRegex = used;
    return used;
  }

  async #run(command: SedCommand): Promise<End | number | undefined> {
    const { textLength } = this.#process.machine.limits;
    if (this.#pattern.length + this.#hold.length > textLength) throw new SystemError('ENOMEM');
    switch (command.name) {
      case '=':
        await this.#write(`${this.#line}\n`);
        return undefined;
      case 'a':
        return void this.#appended.push(`${command.text}\n`);
      case 'b':
        return this.#label(command.text);
      case 'c':
        if (!command.isActive || command.isNegated) await this.#write(`${command.text}\n`);
        return 'silent';
      case 'd':
        return 'silent';
      case 'D': {
        const at = this.#pattern.indexOf('\n');
        if (at < 0) return 'silent';
        this.#pattern = this.#pattern.slice(at + 1);
        return 'restart';
      }
      case 'g':
        this.#pattern = this.#hold;
        return undefined;
      case 'G':
        this.#pattern += `\n${this.#hold}`;
        return undefined;
      case 'h':
        this.#hold = this.#pattern;
        return undefined;
      case 'H':
        this.#hold += `\n${this.#pattern}`;
        return undefined;
      case 'i':
        await this.#write(`${command.text}\n`);
        return undefined;
      case 'n':
      case 'N':
        return this.#following(command.name === 'N');
      case 'p':
        await this.#write(`${this.#pattern}\n`);
        return undefined;
      case 'P':
        await this.#write(`${this.#pattern.split('\n', 1)[0]}\n`);
        return undefined;
      case 'q':
      case 'Q':
        this.exitCode = Number(command.text) & 255;
        return command.name === 'q' ? 'quit' : 'quit silently';
      case 'r':
        return void this.#appended.push(await this.#textOf(command.text));
      case 's':
        await this.#substitute(command);
        return undefined;
      case 't':
      case 'T': {
        const jumps = this.#hasSubstituted === (command.name === 't');
        if (command.name === 't' || !jumps) this.#hasSubstituted = false;
        return jumps ? this.#label(command.text) : undefined;
      }
      case 'w':
        await this.#writeFile(command.text, `${this.#pattern}\n`);
        return undefined;
      case 'x':
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        return undefined;
      case 'y':
        this.#pattern = this.#pattern
          .split('')
          .map((char) => transliterated(command, char))
          .join('');
        return undefined;
      default:
        return undefined;
    }
  }

  #label(name: string): number | End {
    if (name === '') return this.#commands.length;
    const at = this.#commands.findIndex((command) => command.name === ':' && command.text === name);
    if (at < 0) throw new BadUsage(`can't find label for jump to '${name}'`);
    return at;
  }

  async #following(appends: boolean): Promise<End | undefined> {
    const before = this.#pattern;
    if (!appends && !this.#isQuiet) await this.#write(`${before}\n`);
    for (const text of this.#appended.splice(0)) await this.#write(text);
    if (!(await this.#read())) return appends ? 'quit' : 'quit silently';
    if (appends) this.#pattern = `${before}\n${this.#pattern}`;
    return undefined;
  }

  async #textOf(path: string): Promise<string> {
    try {
      const file = openInput(this.#process, path);
      const text = (await readAll(this.#process, file)).toString('latin1');
      file.release();
      return text;
    } catch (error) {
      if (error instanceof SystemError) return '';
      throw error;
    }
  }

  async #substitute(command: SedCommand): Promise<void> {
    const regex = this.#regex(command.regex);
    const text = this.#pattern;
    const isGlobal = command.flags.includes('g');
    const which = Number(/\d+/.exec(command.flags)?.[0] ?? '1');
    let result = '';
    let at = 0;
    let count = 0;
    let isChanged = false;
    while (at <= text.length) {
      const pause = this.#process.step(1 + ((text.length - at) >> 6));
      if (pause) await pause;
      const match = regex.find(text, at);
      if (!match) break;
      count++;
      result += text.slice(at, match.start);
      if (count >= which) {
        result += expanded(command.replacement, match);
        isChanged = true;
      } else result += text.slice(match.start, match.end);
      at = match.end;
      if (match.end === match.start) result += text.charAt(at++);
      if (result.length > this.#process.machine.limits.textLength) throw new SystemError('ENOMEM');
      if (isChanged && !isGlobal) break;
    }
    if (!isChanged) return;
    this.#pattern = result + text.slice(at);
    this.#hasSubstituted = true;
    if (command.flags.includes('p')) await this.#write(`${this.#pattern}\n`);
    if (command.text !== '') await this.#writeFile(command.text, `${this.#pattern}\n`);
  }

  async #writeFile(path: string, text: string): Promise<void> {
    const open = (): OpenFile => this.#process.open(path, { write: true, truncate: true, create: 0o666 }).retain();
    const file = this.#files.get(path) ?? open();
    this.#files.set(path, file);
    await this.#process.writeTo(file, text);
  }
}

function transliterated({ text, replacement }: SedCommand, char: string): string {
  const at = text.indexOf(char);
  return at < 0 ? char : replacement.charAt(at);
}

/** `&`, `\1`, `\U…\E` of a replacement. */
function expanded(replacement: string, { groups }: Match): string {
  let result = '';
  let change: ((text: string) => string) | undefined;
  let changeNext: ((text: string) => string) | undefined;
  const add = (text: string): void => {
    let shown = change ? change(text) : text;
    if (changeNext && shown !== '') {
      shown = changeNext(shown.charAt(0)) + shown.slice(1);
      changeNext = undefined;
    }
    result += shown;
  };
  const upper = (text: string): string => text.replace(/[a-z]+/g, (part) => part.toUpperCase());
  const lower = (text: string): string => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
  for (let at = 0; at < replacement.length; at++) {
    const char = replacement.charAt(at);
    if (char === '&') add(groups[0] ?? '');
    else if (char !== '\\') add(char);
    else {
      const next = replacement.charAt(++at);
      if (next >= '0' && next <= '9') add(groups[Number(next)] ?? '');
      else if (next === 'U' || next === 'L') change = next === 'U' ? upper : lower;
      else if (next === 'u' || next === 'l') changeNext = next === 'u' ? upper : lower;
      else if (next === 'E') change = undefined;
      else add(next === 't' ? '\t' : next === 'n' ? '\n' : next);
    }
  }
  return result;
}

/** Lines of all inputs, one ahead: `$` asks whether it is the last. */
function source(
  lines: AsyncIterator<string>,
  write: (text: string) => Promise<void>,
): ConstructorParameters<typeof Sed>[3] {
  let ahead: Promise<IteratorResult<string>> | undefined;
  return {
    next: async () => {
      const { done, value } = await (ahead ?? lines.next());
      ahead = undefined;
      return done ? undefined : value;
    },
    isLast: async () => {
      ahead ??= lines.next();
      return (await ahead).done === true;
    },
    write,
  };
}

export const sed: Program = async (process, args, name) => {
  const options = readOptions(
    args.map((word) => (/^-i./.test(word) ? '-i' : word)),
    'ne:f:rEisz',
    { quiet: 'n', silent: 'n', expression: 'e', file: 'f', 'regexp-extended': 'E', 'in-place': 'i' },
  );
  const paths = [...options.rest];
  const scripts = [...options.all('e')];
  for (const path of options.all('f')) {
    const file = openInput(process, path);
    scripts.push((await readAll(process, file)).toString('latin1'));
    file.release();
  }
  if (scripts.length === 0) {
    const script = paths.shift();
    if (script === undefined) throw new BadUsage('missing script');
    scripts.push(script);
  }
  const text = scripts.join('\n');
  const commands = await parseSed(text.replace(/^#n\n/, ''), options.has('r') || options.has('E'));
  const isQuiet = options.has('n') || text.startsWith('#n\n');
  let status = 0;
  let hasEnd = true;
  async function* linesOf(list: readonly string[]): AsyncGenerator<string> {
    for (const path of list.length === 0 ? ['-'] : list) {
      let file: OpenFile | undefined;
      status |= await eachInput(
        process,
        name,
        [path],
        async (opened) => {
          file = opened.retain();
        },
        (missing, problem) => `${missing}: ${problem}`,
      );
      if (!file) continue;
      try {
        for await (const { lines, isWhole } of readLines(process, file)) {
          hasEnd = isWhole;
          yield* lines;
        }
      } finally {
        file.release();
      }
    }
  }
  if (!options.has('i')) {
    const sedRun = new Sed(
      process,
      commands,
      isQuiet,
      source(linesOf(paths), (shown) => process.print(shown)),
    );
    await sedRun.run();
    return sedRun.exitCode || status;
  }
  for (const path of paths) {
    let result = '';
    const collected = async (shown: string): Promise<void> => {
      result += shown;
      if (result.length > process.machine.limits.programBytes) throw new SystemError('ENOMEM');
    };
    await new Sed(process, commands, isQuiet, source(linesOf([path]), collected)).run();
    const file = process.open(path, { write: true, truncate: true, create: 0o666 }).retain();
    await process.writeTo(file, hasEnd ? result : result.replace(/\n$/, ''));
    file.release();
  }
  return status;
};
