import { SystemError } from '../../machine/errno.ts';
import type { Place } from '../../machine/file-view.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { sysctlName } from '../../machine/sysctls.ts';
import { readAll } from './input.ts';
import { readOptions } from './options.ts';

const ROOT = '/proc/sys';

const pathOf = (name: string): string =>
  `${ROOT}/${sysctlName(name).replace(/[./]/g, (char) => (char === '.' ? '/' : '.'))}`;

const nameOf = (path: string): string => path.slice(ROOT.length + 1).replaceAll('/', '.');

/** All settings below a folder. */
function* settings(process: Process, place: Place): Generator<string> {
  if (place.node.kind !== 'directory') {
    yield place.path;
    return;
  }
  for (const name of process.view.names(place, process))
    yield* settings(process, process.view.find(`${place.path}/${name}`, process));
}

class Settings {
  readonly #process: Process;
  readonly #name: string;
  readonly #hasNames: boolean;
  readonly #hasValues: boolean;

  constructor(process: Process, name: string, shown: { readonly names: boolean; readonly values: boolean }) {
    this.#process = process;
    this.#name = name;
    this.#hasNames = shown.names;
    this.#hasValues = shown.values;
  }

  async #complain(text: string): Promise<number> {
    await this.#process.complain(`${this.#name}: ${text}`);
    return 1;
  }

  async #show(path: string): Promise<void> {
    const file = this.#process.open(path, { read: true }).retain();
    const lines = (await readAll(this.#process, file)).toString('latin1').trimEnd().split('\n');
    file.release();
    for (const line of this.#hasValues ? lines : [''])
      await this.#process.print(
        this.#hasNames ? `${nameOf(path)}${this.#hasValues ? ` = ${line}` : ''}\n` : `${line}\n`,
      );
  }

  async read(key: string): Promise<number> {
    const place = this.#process.view.tryFind(key === '' ? ROOT : pathOf(key), this.#process);
    if (!place) return this.#complain(`error: '${key}' is an unknown key`);
    for (const path of settings(this.#process, place)) await this.#show(path);
    return 0;
  }

  async write(word: string): Promise<number> {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    const path = pathOf(key.trim());
    if (!this.#process.view.tryFind(path, this.#process)) return this.#complain(`error: '${key}' is an unknown key`);
    try {
      const file = this.#process.open(path, { write: true, truncate: true }).retain();
      await this.#process.writeTo(file, value);
      file.release();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return this.#complain(`error setting key '${key}': ${error.message}`);
    }
    await this.#show(path);
    return 0;
  }
}

/** Reads and writes settings of the kernel. */
export const sysctl: Program = async (process, args, name) => {
  const options = readOptions(args, 'neNaAwqp');
  const own = new Settings(process, name, { names: !options.has('n'), values: !options.has('N') });
  if (options.has('a') || options.has('A')) return own.read('');
  let status = 0;
  for (const word of options.rest)
    status |= options.has('w') || word.includes('=') ? await own.write(word) : await own.read(word);
  return options.has('e') ? 0 : status;
};
