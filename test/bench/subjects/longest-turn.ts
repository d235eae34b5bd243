/**
 * Loaded into a measured process before its program: on SIGUSR2 it writes a line to file descriptor 3, the longest
 * turn of the event loop since the last time, in milliseconds. Asked from outside, a busy client would count too.
 */
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const REPORT_FD = 3;
const NANOSECONDS_PER_MS = 1e6;

const delays = monitorEventLoopDelay({ resolution: 2 });
delays.enable();
process.on('SIGUSR2', () => {
  writeSync(REPORT_FD, `${delays.max / NANOSECONDS_PER_MS}\n`);
  delays.reset();
});
