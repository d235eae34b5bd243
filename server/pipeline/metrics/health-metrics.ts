import type { Labels, MetricFamily } from '../../base/metrics-text.ts';

interface Check {
  readonly labels: Labels;
  passed: boolean;
  successes: number;
  errors: number;
}

/** Counts how health checks end: k8s.io/component-base/metrics/prometheus/slis. */
export class HealthMetrics {
  readonly #checks = new Map<string, Check>();

  /** @param type the page that asked: `healthz`, `livez` or `readyz` */
  observe(type: string, name: string, passed: boolean): void {
    const key = `${type} ${name}`;
    const check = this.#checks.get(key) ?? { labels: { type, name }, passed, successes: 0, errors: 0 };
    this.#checks.set(key, check);
    check.passed = passed;
    if (passed) check.successes++;
    else check.errors++;
  }

  reset(): void {
    this.#checks.clear();
  }

  families(): MetricFamily[] {
    const checks = [...this.#checks.values()];
    return [
      {
        name: 'kubernetes_healthcheck',
        help: '[STABLE] This metric records the result of a single healthcheck.',
        type: 'gauge',
        samples: checks.map(({ labels, passed }) => ({ labels, value: passed ? 1 : 0 })),
      },
      {
        name: 'kubernetes_healthchecks_total',
        help: '[STABLE] This metric records the results of all healthcheck.',
        type: 'counter',
        samples: checks.flatMap(({ labels, successes, errors }) =>
          [
            { labels: { ...labels, status: 'success' }, value: successes },
            { labels: { ...labels, status: 'error' }, value: errors },
          ].filter(({ value }) => value > 0),
        ),
      },
    ];
  }
}
