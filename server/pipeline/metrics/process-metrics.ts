import type { MetricFamily } from '../../base/metrics-text.ts';
import { processFacts } from '../../base/process-facts.ts';

/** What Go's client library tells of every process. */
export function processFamilies(): MetricFamily[] {
  const facts = processFacts();
  const of = (name: string, type: 'counter' | 'gauge', help: string, value: number | undefined): MetricFamily => ({
    name,
    type,
    help,
    samples: value === undefined ? [] : [{ labels: {}, value }],
  });
  return [
    of('process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', facts.cpuSeconds),
    of('process_max_fds', 'gauge', 'Maximum number of open file descriptors.', facts.maxFiles),
    of('process_open_fds', 'gauge', 'Number of open file descriptors.', facts.openFiles),
    of('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', facts.residentBytes),
    of(
      'process_start_time_seconds',
      'gauge',
      'Start time of the process since unix epoch in seconds.',
      facts.startSeconds,
    ),
    of('process_virtual_memory_bytes', 'gauge', 'Virtual memory size in bytes.', facts.virtualBytes),
  ];
}
