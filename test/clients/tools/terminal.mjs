// A terminal that a full-screen tool runs in: what is on its screen can be waited for.
import { Running } from './tool.mjs';

const ROWS = 40;
const COLUMNS = 160;
const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const TOKENS = new RegExp(
  [
    `${ESCAPE}\\[([\\d;?]*)([@-~])`,
    `${ESCAPE}\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)`,
    `${ESCAPE}[()].`,
    `${ESCAPE}[^\\[\\]()]`,
    '[\\s\\S]',
  ].join('|'),
  'gu',
);
const UNFINISHED = new RegExp(`${ESCAPE}(?:\\[[\\d;?]*|\\][^${BELL}${ESCAPE}]*|[()])?$`);

export class Terminal {
  #rows = [];
  #row = 0;
  #column = 0;
  #pending = '';
  #changed = () => undefined;

  constructor(command, more) {
    // A terminal of its own for a tool whose input is a pipe: script makes one.
    const args = ['-qfec', `stty rows ${ROWS} cols ${COLUMNS}; exec ${command}`, '/dev/null'];
    this.running = new Running('script', args, { input: null, more: { TERM: 'xterm-256color', ...more } });
    this.#clear();
    this.running.child.stdout.on('data', (text) => {
      this.#feed(text);
      this.#changed();
    });
    void this.running.ended.then(() => this.#changed());
  }

  #clear() {
    this.#rows = Array.from({ length: ROWS }, () => Array(COLUMNS).fill(' '));
  }

  #feed(text) {
    const all = this.#pending + text;
    this.#pending = UNFINISHED.exec(all)?.[0] ?? '';
    for (const [token, numbers, order] of all.slice(0, all.length - this.#pending.length).matchAll(TOKENS)) {
      if (order !== undefined) this.#obey(order, numbers.split(';').map(Number));
      else if (!token.startsWith(ESCAPE)) this.#put(token);
    }
  }

  #obey(order, [first = 0, second = 0]) {
    if (order === 'H') [this.#row, this.#column] = [Math.max(first, 1) - 1, Math.max(second, 1) - 1];
    else if (order === 'J') this.#clear();
    else if (order === 'K') this.#rows[this.#row].fill(' ', this.#column);
  }

  #put(character) {
    if (character === '\r') this.#column = 0;
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (character === '\n') this.#row += 1;
    else if (character >= ' ') {
      if (this.#column < COLUMNS) this.#rows[this.#row][this.#column] = character;
      this.#column += /\p{Extended_Pictographic}/u.test(character) ? 2 : 1;
    }
    if (this.#row < ROWS) return;
    this.#rows.push(Array(COLUMNS).fill(' '));
    this.#rows.shift();
    this.#row = ROWS - 1;
  }

  get screen() {
    return this.#rows.map((row) => row.join('').trimEnd()).join('\n');
  }

  /** Waits until its screen shows it. @throws Error with what it shows instead */
  async shows(pattern, patienceMs = 20_000) {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#changed();
    }, patienceMs);
    try {
      for (;;) {
        const found = pattern.exec(this.screen);
        if (found) return found;
        const { exitCode } = this.running.child;
        if (isLate || exitCode !== null)
          throw new Error(`does not show ${pattern} but ${this.screen.replace(/\s{2,}/g, '  ')}`);
        await new Promise((done) => {
          this.#changed = done;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  type(keys) {
    this.running.child.stdin.write(keys);
  }

  end() {
    return this.running.end('SIGKILL');
  }
}
