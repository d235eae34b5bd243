import type { Clock } from '../../../../server/base/clock.ts';
import type { LogRequest } from '../../../../server/kube/node-connector.ts';
import { Gate } from '../machine/gate.ts';

/** Where a line was written to. */
export type LogStream = 'stdout' | 'stderr';

/** A line, or a part of one that is too long, or that the container ended in the middle of. */
interface LogLine {
  readonly timeMs: number;
  /** Tells lines of one millisecond apart: nanoseconds within it. */
  readonly nanoseconds: number;
  readonly stream: LogStream;
  /** Bytes, as in the whole of a machine; with the line feed if it has one. */
  readonly text: string;
}

/** Container runtimes cut longer lines into parts. */
const LINE_BYTES = 16 * 1024;
/** What a line costs besides its text. */
const LINE_COST = 64;
const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = '\n';

/** What one run of a container wrote to its two outputs, in one order. */
export class ContainerLog {
  /** Called when it holds more than before. */
  grown?: () => void;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  readonly #changed = new Gate();
  readonly #begun: Record<LogStream, string> = { stdout: '', stderr: '' };
  #lines: LogLine[] = [];
  /** How many lines have gone already. */
  #gone = 0;
  #bytes = 0;
  #lastMs = 0;
  #nanoseconds = 0;
  #isClosed = false;

  constructor(clock: Clock, bytesMax: number) {
    this.#clock = clock;
    this.#bytesMax = bytesMax;
  }

  /** Keeps whole lines; what has no end yet waits for it. */
  write(stream: LogStream, data: Buffer): void {
    const text = this.#begun[stream] + data.toString('latin1');
    let at = 0;
    for (;;) {
      const end = text.indexOf(LINE_FEED, at);
      const isLong = (end < 0 ? text.length : end) - at > LINE_BYTES;
      if (end < 0 && !isLong) break;
      const next = isLong ? at + LINE_BYTES : end + 1;
      this.#keep(stream, text.slice(at, next));
      at = next;
    }
    this.#begun[stream] = text.slice(at);
    this.#forgetOld();
    this.grown?.();
    this.#changed.open();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing more will be written. */
  close(): void {
    if (this.#isClosed) return;
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.#begun[stream] !== '') this.#keep(stream, this.#begun[stream]);
    this.#isClosed = true;
    this.#changed.open();
  }

  /** A line that somebody has written already, at another time; nobody is told how long it may be. */
  keep(stream: LogStream, text: string, time?: { readonly ms: number; readonly nanoseconds: number }): void {
    if (time) {
      this.#lines.push({ timeMs: time.ms, nanoseconds: time.nanoseconds, stream, text });
      this.#bytes += text.length + LINE_COST;
    } else this.#keep(stream, text);
    this.#forgetOld();
    this.#changed.open();
  }

  #keep(stream: LogStream, text: string): void {
    const nowMs = this.#clock.now();
    this.#nanoseconds = nowMs === this.#lastMs ? Math.min(this.#nanoseconds + 1, 999_999) : 0;
    this.#lastMs = nowMs;
    this.#lines.push({ timeMs: nowMs, nanoseconds: this.#nanoseconds, stream, text });
    this.#bytes += text.length + LINE_COST;
  }

  #forgetOld(): void {
    if (this.#bytes <= this.#bytesMax) return;
    let count = 0;
    // A quarter at once, as a log file that is rotated: cutting off each line by itself would cost too much.
    while (count < this.#lines.length - 1 && this.#bytes > this.#bytesMax * 0.75)
      this.#bytes -= (this.#lines[count++]?.text.length ?? 0) + LINE_COST;
    this.#lines = this.#lines.slice(count);
    this.#gone += count;
  }

  /** The last bytes of the last lines: what a kubelet tells of a container that failed. */
  tail(linesMax: number, bytesMax: number): string {
    const text = this.#lines.slice(this.#startOf(linesMax)).map((line) => line.text);
    const { stdout, stderr } = this.#begun;
    return Buffer.from((text.join('') + stdout + stderr).slice(-bytesMax), 'latin1').toString();
  }

  /** Where the last so many lines begin. */
  #startOf(count: number): number {
    let at = this.#lines.length;
    let left = count;
    while (at > 0) {
      const endsLine = this.#lines[at - 1]?.text.endsWith(LINE_FEED);
      if ((endsLine || at === this.#lines.length) && left-- === 0) break;
      at--;
    }
    return at;
  }

  async *read({
    follow,
    timestamps,
    sinceMs,
    tailLines,
    limitBytes = Number.POSITIVE_INFINITY,
    signal,
  }: Omit<LogRequest, 'previous'>): AsyncGenerator<Buffer> {
    let left = limitBytes;
    let next = this.#gone + (tailLines === undefined ? 0 : this.#startOf(tailLines));
    let isNewLine = true;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted && left > 0) {
      let chunk = '';
      next = Math.max(next, this.#gone);
      while (next < this.#gone + this.#lines.length && chunk.length < Math.min(CHUNK_BYTES, left)) {
        const line = this.#lines[next++ - this.#gone];
        if (!line || (sinceMs !== undefined && line.timeMs < sinceMs)) continue;
        chunk += timestamps && isNewLine ? `${timeText(line)} ${line.text}` : line.text;
        isNewLine = line.text.endsWith(LINE_FEED);
      }
      chunk = chunk.slice(0, left);
      left -= chunk.length;
      if (chunk !== '') yield Buffer.from(chunk, 'latin1');
      else if (!follow || this.#isClosed) return;
      else await Promise.race([this.#changed.wait(), aborted]);
    }
  }
}

/** RFC 3339 with nanoseconds, as kubelets write it: always nine digits. */
function timeText({ timeMs, nanoseconds }: LogLine): string {
  return `${new Date(timeMs).toISOString().slice(0, 23)}${String(nanoseconds).padStart(6, '0')}Z`;
}
