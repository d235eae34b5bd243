import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { goDuration } from '../go-program.ts';

const METHODS = ['GET', 'POST', 'PUT'] as const;
const NAMESPACES = ['kube-system', 'default', 'ns'] as const;

/** As klog begins its lines: `I0102 15:04:05.000000       1 file.go:91] `. */
function klogHead(process: Process, severity: 'I' | 'F', line: number): string {
  const time = new Date(process.machine.clock.now()).toISOString();
  const date = `${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}000`;
  return `${severity}${date} ${String(process.pid).padStart(7)} logs_generator.go:${line}] `;
}

function line(process: Process, id: number): string {
  const below = (count: number): number => Math.floor(process.machine.random.fraction() * count);

  const pod = process.machine.random.suffix(3 + below(2));
  const method = METHODS[below(METHODS.length)] ?? 'GET';
  const namespace = NAMESPACES[below(NAMESPACES.length)] ?? 'ns';
  return `${id} ${method} /api/v1/namespaces/${namespace}/pods/${pod} ${200 + below(400)}`;
}

/** Writes so many lines of log in so much time. */
export const logsGenerator: Program = async (process, args) => {
  const { flags } = readFlags(args, { 't|log-lines-total': 0, 'd|run-duration': { ms: 0 } });
  const count = flags['log-lines-total'];
  const durationMs = flags['run-duration'];
  if (count <= 0 || durationMs <= 0) {
    const what = count <= 0 ? `Invalid total number of lines: ${count}` : `Invalid duration: ${goDuration(durationMs)}`;
    await process.complain(`${klogHead(process, 'F', count <= 0 ? 62 : 66)}${what}`);
    return 255;
  }
  const { clock } = process.machine;
  const startedMs = clock.now();
  for (let id = 0; id < count; id++) {
    await process.complain(`${klogHead(process, 'I', 75)}${line(process, id)}`);
    // Ticks stay where they are, however long a line took.
    const dueMs = startedMs + Math.floor(((id + 1) * durationMs) / count) - clock.now();
    if (dueMs > 0) await process.sleep(dueMs);
  }
  return 0;
};
