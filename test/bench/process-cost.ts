import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** USER_HZ: what Linux counts CPU time in for programs, whatever the kernel was built with. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_MB = 1 << 20;

/** What a process has used since its start. */
export interface ProcessCost {
  readonly cpuSeconds: number;
  /** Of that, what its main thread has used, which the event loop of its programs runs on. */
  readonly mainThreadSeconds: number | undefined;
  /** Resident memory now. */
  readonly rssMb: number;
}

function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined; // no Linux, or no such process
  }
}

/** The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of proc(5), state is field 3. */
function cpuSecondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Reads the accounts of the kernel, all threads included. Only Linux has `/proc`: `undefined` elsewhere. */
export function processCost(pid: number): ProcessCost | undefined {
  const stat = procFile(pid, 'stat');
  const status = procFile(pid, 'status');
  if (stat === undefined || status === undefined) return undefined;
  const rssKb = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  const main = procFile(pid, `task/${pid}/stat`);
  return {
    cpuSeconds: cpuSecondsOf(stat),
    mainThreadSeconds: main === undefined ? undefined : cpuSecondsOf(main),
    rssMb: (rssKb * 1024) / BYTES_PER_MB,
  };
}

/** How busy the machine was in the last minute, in processes that wanted a core. */
export const machineLoad = (): number => loadavg()[0] ?? 0;
