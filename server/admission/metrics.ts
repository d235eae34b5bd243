/** How long admission takes, and what it refuses: k8s.io/apiserver/pkg/admission/metrics. */
import type { Clock } from '../base/clock.ts';
import { Histogram, type Labels, type MetricFamily, type Sample } from '../base/metrics-text.ts';
import type { Review } from '../registry/admission-chain.ts';

/** Seconds. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5] as const;
const WEBHOOK_BOUNDS = [...BOUNDS, 10, 25] as const;

/** Higher codes are counted as this one, so that a webhook cannot make ever new series. */
const CODE_MAX = 600;

const WORDS = 'broken out for each';

/** Series of one family, by their labels. */
class Family<Value extends number | Histogram> {
  readonly #samples = new Map<string, { readonly labels: Labels; value: Value }>();

  /** @param change makes the next value of the last one */
  change(labels: Labels, first: () => Value, change: (value: Value) => Value): void {
    const key = Object.values(labels).join('\0');
    let sample = this.#samples.get(key);
    if (!sample) {
      sample = { labels, value: first() };
      this.#samples.set(key, sample);
    }
    sample.value = change(sample.value);
  }

  clear(): void {
    this.#samples.clear();
  }

  get samples(): Sample[] {
    return [...this.#samples.values()];
  }
}

const nothing = (): number => 0;
const oneMore = (value: number): number => value + 1;

/** How a call of a webhook ended. */
export interface WebhookOutcome {
  readonly name: string;
  readonly type: 'admit' | 'validating';
  readonly operation: Review['operation'];
  readonly elapsedMs: number;
  readonly code: number;
  /** Why the write is refused, if it is. */
  readonly refusal?: 'no_error' | 'calling_webhook_error' | 'apiserver_internal_error';
  /** Whether the webhook could not be asked, and nobody minds. */
  readonly isFailOpen?: boolean;
}

/** The two phases of admission, as upstream calls them. */
export type StepType = 'admit' | 'validate';

/** Runs of the same plugins for the same operation in which nothing was refused and nobody waited. */
export interface QuickRuns {
  readonly type: StepType;
  readonly operation: Review['operation'];
  readonly names: readonly string[];
  count: number;
}

/**
 * What admission counts. Nearly all runs of plugins are over at once: they only add to a number, which is looked at
 * when somebody asks.
 */
export class AdmissionMetrics {
  readonly clock: Clock;
  readonly #quick = new Map<string, QuickRuns>();
  readonly #steps = new Family<Histogram>();
  readonly #controllers = new Family<Histogram>();
  readonly #webhooks = new Family<Histogram>();
  readonly #requests = new Family<number>();
  readonly #rejections = new Family<number>();
  readonly #failOpen = new Family<number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  quickRuns(type: StepType, operation: Review['operation'], names: readonly string[]): QuickRuns {
    const key = [type, operation, ...names].join(' ');
    let runs = this.#quick.get(key);
    if (!runs) {
      runs = { type, operation, names, count: 0 };
      this.#quick.set(key, runs);
    }
    return runs;
  }

  /** One phase of the chain. */
  step({ type, operation }: QuickRuns, elapsedMs: number, isRefused: boolean, times = 1): void {
    const labels = { operation: operation.toUpperCase(), rejected: String(isRefused), type };
    observe(this.#steps, labels, BOUNDS, elapsedMs, times);
  }

  /** One plugin in a phase. */
  controller(name: string, of: QuickRuns, elapsedMs: number, isRefused: boolean, times = 1): void {
    const { type, operation } = of;
    const labels = { name, operation: operation.toUpperCase(), rejected: String(isRefused), type };
    observe(this.#controllers, labels, BOUNDS, elapsedMs, times);
  }

  webhook({ name, type, operation, elapsedMs, code, refusal, isFailOpen }: WebhookOutcome): void {
    const of = { name, operation: operation.toUpperCase() };
    const shown = String(Math.min(code, CODE_MAX));
    const rejected = String(refusal !== undefined);
    if (refusal !== undefined) {
      this.#rejections.change({ ...of, error_type: refusal, rejection_code: shown, type }, nothing, oneMore);
    }
    this.#requests.change({ ...of, code: shown, rejected, type }, nothing, oneMore);
    observe(this.#webhooks, { ...of, rejected, type }, WEBHOOK_BOUNDS, elapsedMs);
    if (isFailOpen) this.#failOpen.change({ name, type }, nothing, oneMore);
  }

  #addQuickRuns(): void {
    for (const runs of this.#quick.values()) {
      const { names, count } = runs;
      if (count === 0) continue;
      runs.count = 0;
      this.step(runs, 0, false, count);
      for (const name of names) this.controller(name, runs, 0, false, count);
    }
  }

  /** Forgets what was counted. */
  reset(): void {
    this.#addQuickRuns();
    for (const family of [this.#steps, this.#controllers, this.#webhooks, this.#requests]) family.clear();
    for (const family of [this.#rejections, this.#failOpen]) family.clear();
  }

  families(): MetricFamily[] {
    this.#addQuickRuns();
    const each = 'operation and API resource and';
    return [
      {
        name: 'apiserver_admission_step_admission_duration_seconds',
        help:
          '[STABLE] Admission sub-step latency histogram in seconds, ' +
          `${WORDS} ${each} step type (validate or admit).`,
        type: 'histogram',
        samples: this.#steps.samples,
      },
      {
        name: 'apiserver_admission_controller_admission_duration_seconds',
        help:
          '[STABLE] Admission controller latency histogram in seconds, identified by name and ' +
          `${WORDS} ${each} type (validate or admit).`,
        type: 'histogram',
        samples: this.#controllers.samples,
      },
      {
        name: 'apiserver_admission_webhook_admission_duration_seconds',
        help:
          '[STABLE] Admission webhook latency histogram in seconds, identified by name and ' +
          `${WORDS} ${each} type (validate or admit).`,
        type: 'histogram',
        samples: this.#webhooks.samples,
      },
      ...this.#webhookCounters(),
    ];
  }

  #webhookCounters(): MetricFamily[] {
    const named = `identified by name and ${WORDS} admission type (validating or admit)`;
    const bounded = 'Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.';
    return [
      {
        name: 'apiserver_admission_webhook_request_total',
        help:
          `[ALPHA] Admission webhook request total, ${named} and operation. Additional labels specify whether the ` +
          `request was rejected or not and an HTTP status code. ${bounded}`,
        type: 'counter',
        samples: this.#requests.samples,
      },
      {
        name: 'apiserver_admission_webhook_rejection_count',
        help:
          `[ALPHA] Admission webhook rejection count, ${named} and operation. Additional labels specify an error ` +
          'type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and ' +
          'optionally a non-zero rejection code ' +
          'if the webhook rejects the request with an HTTP status code (honored by the ' +
          `apiserver when the code is greater or equal to 400). ${bounded}`,
        type: 'counter',
        samples: this.#rejections.samples,
      },
      {
        name: 'apiserver_admission_webhook_fail_open_count',
        help: `[ALPHA] Admission webhook fail open count, ${named}.`,
        type: 'counter',
        samples: this.#failOpen.samples,
      },
    ];
  }
}

function observe(
  family: Family<Histogram>,
  labels: Labels,
  bounds: readonly number[],
  elapsedMs: number,
  times = 1,
): void {
  family.change(
    labels,
    () => new Histogram(bounds),
    (histogram) => {
      histogram.observe(elapsedMs / 1000, times);
      return histogram;
    },
  );
}
