import type { TerminalSize } from '../../../../server/kube/node-connector.ts';
import { Gate } from './gate.ts';
import { OpenFile, readable, WAIT } from './open-file.ts';
import type { Signal } from './signals.ts';

/** What `stty` sets. */
export interface TerminalModes {
  /** Lines are edited and handed over as a whole. */
  icanon: boolean;
  echo: boolean;
  /** ^C and ^\ are signals. */
  isig: boolean;
  /** A line feed goes out as carriage return and line feed. */
  opost: boolean;
  /** A carriage return comes in as a line feed. */
  icrnl: boolean;
}

const ENTER = 13;
const LINE_FEED = 10;
const END_OF_INPUT = 4;
const KEYS: Readonly<Record<number, Signal>> = { 3: 'INT', 28: 'QUIT' };
const LINE_BYTES = 4096;

/** The line discipline of a terminal: whoever types sees it, can correct the line, and ^C ends what runs. */
export class Terminal extends OpenFile {
  readonly name = '/dev/pts/0';
  override readonly terminal: Terminal = this;
  readonly modes: TerminalModes = { icanon: true, echo: true, isig: true, opost: true, icrnl: true };
  size: TerminalSize = { columns: 80, rows: 24 };
  readonly #input: OpenFile;
  readonly #output: OpenFile;
  readonly #onSignal: (signal: Signal) => void;
  readonly #changed = new Gate();
  /** What may be read: lines in canonical mode. An empty one is ^D. */
  readonly #ready: Buffer[] = [];
  #line: number[] = [];
  #hasEnded = false;

  constructor(input: OpenFile, output: OpenFile, onSignal: (signal: Signal) => void) {
    super();
    this.#input = input;
    this.#output = output;
    this.#onSignal = onSignal;
    void this.#listen();
  }

  /** Its window has another size now. */
  resize(size: TerminalSize): void {
    this.size = size;
    this.#onSignal('WINCH');
  }

  /** Everything that was typed before is forgotten: what ^C does. */
  flush(): void {
    this.#line = [];
    this.#ready.length = 0;
  }

  override tryRead(max: number, last?: number): Buffer | undefined | typeof WAIT {
    const [first] = this.#ready;
    if (!first) return this.#hasEnded ? undefined : WAIT;
    const data = readable(first, max, last);
    if (data.length === first.length) this.#ready.shift();
    else this.#ready[0] = first.subarray(data.length);
    return data.length === 0 ? undefined : data;
  }

  override whenReadable(): Promise<void> {
    return this.#changed.wait();
  }

  override tryWrite(data: Buffer): number {
    if (!this.modes.opost || !data.includes(LINE_FEED)) return this.#output.tryWrite(data);
    const shown = Buffer.from(data.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    return this.#output.tryWrite(shown) === 0 ? 0 : data.length;
  }

  override whenWritable(): Promise<void> {
    return this.#output.whenWritable();
  }

  async #listen(): Promise<void> {
    for (;;) {
      const data = this.#input.tryRead(LINE_BYTES);
      if (data === WAIT) await this.#input.whenReadable();
      else if (data === undefined) break;
      else for (const byte of data) this.#type(byte);
    }
    this.#hasEnded = true;
    this.#changed.open();
  }

  #type(typed: number): void {
    const { icanon, isig, icrnl } = this.modes;
    const byte = icrnl && typed === ENTER ? LINE_FEED : typed;
    const signal = isig ? KEYS[byte] : undefined;
    if (signal) {
      this.flush();
      this.#show(`^${String.fromCharCode(byte + 64)}`);
      this.#onSignal(signal);
    } else if (!icanon) {
      this.#show(String.fromCharCode(byte));
      this.#hand(Buffer.of(byte));
    } else this.#edit(byte);
  }

  #edit(byte: number): void {
    if (byte === 127 || byte === 8) this.#erase(1);
    else if (byte === 21) this.#erase(this.#line.length);
    else if (byte === 23) this.#erase(/\S*\s*$/.exec(String.fromCharCode(...this.#line))?.[0].length ?? 0);
    else if (byte === END_OF_INPUT) this.#endLine();
    else if (byte === LINE_FEED) {
      this.#line.push(byte);
      this.#show('\n');
      this.#endLine();
    } else if (this.#line.length < LINE_BYTES) {
      this.#line.push(byte);
      this.#show(byte < 32 && byte !== 9 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte));
    }
  }

  #erase(count: number): void {
    const erased = this.#line.splice(Math.max(0, this.#line.length - count)).length;
    this.#show('\b \b'.repeat(erased));
  }

  #endLine(): void {
    const line = Buffer.from(this.#line);
    this.#line = [];
    this.#hand(line);
  }

  #hand(data: Buffer): void {
    this.#ready.push(data);
    this.#changed.open();
  }

  /** An echo that finds no room is lost, as on a real terminal that nobody reads. */
  #show(text: string): void {
    if (!this.modes.echo || text === '') return;
    try {
      this.tryWrite(Buffer.from(text, 'latin1'));
    } catch {
      // Whoever typed is gone: the read that follows says so.
    }
  }
}
