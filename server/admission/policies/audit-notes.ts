/** What validating policies leave for the audit event of a request. */
import type { Review } from '../../registry/admission-chain.ts';

/** A validation that does not hold, and that a binding wants to have noted. */
export interface ValidationFailure {
  readonly message: string;
  readonly policy: string;
  readonly binding: string;
  readonly expressionIndex: number;
  readonly validationActions: readonly string[];
}

const MAX_FAILURES = 50;
const MAX_VALUE_BYTES = 10 * 1024;
const FAILURE_KEY = 'validation.policy.admission.k8s.io/validation_failure';

export class AuditNotes {
  readonly #review: Review;
  readonly #failures: ValidationFailure[] = [];
  #annotations = new Map<string, Set<string>>();

  constructor(review: Review) {
    this.#review = review;
  }

  failure(failure: ValidationFailure): void {
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(failure);
  }

  /** Bindings with other parameters may give a key other values: all are noted. */
  annotation(key: string, value: string): void {
    const values = this.#annotations.get(key) ?? new Set();
    const bytes = Buffer.from(value);
    values.add(bytes.length > MAX_VALUE_BYTES ? bytes.subarray(0, MAX_VALUE_BYTES).toString() : value);
    this.#annotations.set(key, values);
  }

  /** Notes the annotations of the policy that was asked last. */
  policyEnds(policy: string): void {
    for (const [key, values] of this.#annotations) this.#review.annotate?.(`${policy}/${key}`, [...values].join(', '));
    if (this.#annotations.size > 0) this.#annotations = new Map();
  }

  publish(): void {
    if (this.#failures.length > 0) this.#review.annotate?.(FAILURE_KEY, JSON.stringify(this.#failures));
  }
}
