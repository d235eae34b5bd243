import { Worker } from 'node:worker_threads';

const TEXT_BYTES = 1 << 16;

/** Runs beside the main thread, which cannot tell by itself that it is stuck. */
const PROGRAM = `
const { workerData: { shared, limitMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const [count, length] = [new Int32Array(shared, 0, 1), new Int32Array(shared, 4, 1)];
for (;;) {
  const seen = Atomics.load(count, 0);
  if (Atomics.wait(count, 0, seen, limitMs) !== 'timed-out') continue;
  writeSync(2, 'no answer within ' + limitMs + ' ms, and nothing else goes on either:\\n');
  writeSync(2, Buffer.from(new Uint8Array(shared, 8, length[0])).toString() + '\\n');
  process.kill(process.pid, 'SIGKILL');
}`;

/** Ends the process when the main thread does nothing any more, and says what it was asked last. */
export interface Watchdog {
  /** Something is about to be asked. */
  note(text: string): void;
  stop(): Promise<void>;
}

export function startWatchdog(limitMs: number): Watchdog {
  const shared = new SharedArrayBuffer(8 + TEXT_BYTES);
  const [count, length] = [new Int32Array(shared, 0, 1), new Int32Array(shared, 4, 1)];
  const bytes = new Uint8Array(shared, 8);
  const worker = new Worker(PROGRAM, { eval: true, workerData: { shared, limitMs } });
  worker.unref();
  return {
    note(text) {
      const from = Buffer.from(text.slice(0, TEXT_BYTES / 4));
      bytes.set(from);
      length[0] = from.length;
      Atomics.add(count, 0, 1);
      Atomics.notify(count, 0);
    },
    stop: async () => void (await worker.terminate()),
  };
}
