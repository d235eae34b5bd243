import type { MetricFamily } from '../../base/metrics-text.ts';

/** What a work queue of a controller has counted. */
export interface WorkQueueFacts {
  readonly name: string;
  readonly depth: number;
  readonly adds: number;
  readonly retries: number;
}

type Kind = MetricFamily['type'];
type Row = readonly [name: string, type: Kind, help: string, value: (facts: WorkQueueFacts) => number];

const ROWS: readonly Row[] = [
  ['adds_total', 'counter', '[BETA] Total number of adds handled by workqueue', ({ adds }) => adds],
  ['depth', 'gauge', '[BETA] Current depth of workqueue', ({ depth }) => depth],
  ['retries_total', 'counter', '[BETA] Total number of retries handled by workqueue', ({ retries }) => retries],
];

/** The metrics of client-go's work queues. */
export function workQueueFamilies(queues: readonly WorkQueueFacts[]): MetricFamily[] {
  return ROWS.map(([name, type, help, value]) => ({
    name: `workqueue_${name}`,
    type,
    help,
    samples: queues.map((facts) => ({ labels: { name: facts.name }, value: value(facts) })),
  }));
}
