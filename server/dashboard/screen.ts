/** What a terminal shows: lines of text, as far as a shell's line editing needs it. Colours and titles are left out. */

const LINES_MAX = 2000;
/** What goes on for longer is no sequence. */
const LONGEST = 256;

export class Screen {
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;
  /** The beginning of a sequence whose end has not come yet. */
  #rest = '';

  get text(): string {
    return this.#lines.join('\n');
  }

  write(more: string): void {
    let text = this.#rest + more;
    this.#rest = '';
    while (text !== '') {
      if (text.startsWith('\u001b')) {
        const length = this.#escape(text);
        if (length === 0) {
          this.#rest = text;
          return;
        }
        text = text.slice(length);
      } else {
        this.#character(text.charAt(0));
        text = text.slice(1);
      }
    }
    const extra = this.#lines.length - LINES_MAX;
    if (extra > 0) {
      this.#lines.splice(0, extra);
      this.#row = Math.max(0, this.#row - extra);
    }
  }

  clear(): void {
    this.#lines.splice(0, this.#lines.length, '');
    this.#row = 0;
    this.#column = 0;
  }

  #character(character: string): void {
    if (character === '\n') this.#to(this.#row + 1, this.#column);
    else if (character === '\r') this.#column = 0;
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (character === '\t') for (let left = 8 - (this.#column % 8); left > 0; left--) this.#put(' ');
    else if (character >= ' ' && character !== '\u007f') this.#put(character);
  }

  #put(character: string): void {
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column++;
  }

  #to(row: number, column: number): void {
    this.#row = Math.max(0, Math.min(row, this.#lines.length + LINES_MAX));
    this.#column = Math.max(0, column);
    while (this.#lines.length <= this.#row) this.#lines.push('');
  }

  /** @returns how long the sequence is; 0 when its end is missing */
  #escape(text: string): number {
    const sequence = text.slice(1);
    const control = /^\[([?>\d;]*)([@-~])/.exec(sequence);
    if (control) {
      this.#control((control[1] ?? '').split(';').map(Number), control[2] ?? '');
      return 1 + control[0].length;
    }
    // Titles and the like end with a bell, or with an escape and a backslash.
    const ends = ['\u0007', '\u001b\\'].map((end) => sequence.indexOf(end) + end.length);
    const found = ends.filter((end) => end > 1);
    if (sequence.startsWith(']') && found.length > 0) return 1 + Math.min(...found);
    const other = /^([()#][\s\S]|[^[\]()#])/.exec(sequence);
    if (other) return 1 + other[0].length;
    return text.length > LONGEST ? 1 : 0;
  }

  #control([first = 0, second = 0]: readonly number[], final: string): void {
    const count = first || 1;
    const line = this.#lines[this.#row] ?? '';
    if (final === 'A') this.#to(this.#row - count, this.#column);
    else if (final === 'B') this.#to(this.#row + count, this.#column);
    else if (final === 'C') this.#column += Math.min(count, 1000);
    else if (final === 'D') this.#column = Math.max(0, this.#column - count);
    else if (final === 'G') this.#column = Math.min(count, 1000) - 1;
    else if (final === 'H' || final === 'f') this.#to(count - 1, (second || 1) - 1);
    else if (final === 'J' && first >= 2) this.clear();
    else if (final === 'J' || (final === 'K' && first === 0)) {
      this.#lines[this.#row] = line.slice(0, this.#column);
      if (final === 'J') this.#lines.splice(this.#row + 1);
    } else if (final === 'K') {
      const from = first === 1 ? this.#column : 0;
      this.#lines[this.#row] = first === 1 ? line.slice(from).padStart(line.length) : '';
    } else if (final === 'P') this.#lines[this.#row] = line.slice(0, this.#column) + line.slice(this.#column + count);
  }
}
