import type { MetricFamily, Sample } from '../../base/metrics-text.ts';
import type { ApiService } from '../../pipeline/aggregation/aggregation.ts';
import { isAvailable } from './remote-api.ts';

/** What `/metrics` says about the availability of APIs (kube-aggregator/pkg/controllers/status/metrics). */
export class AvailabilityMetrics {
  #lost = new Map<string, { readonly labels: { readonly name: string; readonly reason: string }; count: number }>();

  /** An API that was available is so no more. */
  lost(name: string, reason: string): void {
    const key = `${name} ${reason}`;
    const known = this.#lost.get(key);
    if (known) known.count++;
    else this.#lost.set(key, { labels: { name, reason }, count: 1 });
  }

  reset(): void {
    this.#lost = new Map();
  }

  families(services: readonly ApiService[]): MetricFamily[] {
    const broken = 'broken down by APIService name';
    const gauge = services.map(
      (apiService): Sample => ({
        labels: { name: apiService.metadata.name ?? '' },
        value: isAvailable(apiService) ? 0 : 1,
      }),
    );
    return [
      {
        name: 'aggregator_unavailable_apiservice',
        help: `[ALPHA] Gauge of APIServices which are marked as unavailable ${broken}.`,
        type: 'gauge',
        samples: gauge,
      },
      {
        name: 'aggregator_unavailable_apiservice_total',
        help: `[ALPHA] Counter of APIServices which are marked as unavailable ${broken} and reason.`,
        type: 'counter',
        samples: [...this.#lost.values()].map(({ labels, count }) => ({ labels, value: count })),
      },
    ];
  }
}
