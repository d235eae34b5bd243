/** Which mutating policies look again at what others changed after them: policy/mutating/reinvocationcontext.go. */
import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';

export class Invocations {
  /** Those that want to see what others change after them, and have been asked. */
  readonly #waiting = new Set<string>();
  /** Those that have something to look at again. */
  readonly #again = new Set<string>();
  #output: Frozen<KubeObject> | undefined;

  /** Built-in plugins may have changed the object since the first run: then everybody who wants to looks again. */
  begin({ reinvocation, object }: Review): void {
    if (reinvocation?.isSecond && !deepEqual(this.#output, object)) this.#wake();
  }

  /** Whether it is a policy's turn. */
  isNext(invocation: string, { reinvocation }: Review): boolean {
    return !reinvocation?.isSecond || this.#again.has(invocation);
  }

  /** A policy changed the object. */
  changed(review: Review): void {
    this.#wake();
    review.reinvocation ??= { wanted: false, isSecond: false };
    review.reinvocation.wanted = true;
  }

  /** A policy that wants to look again has been asked. */
  waits(invocation: string): void {
    this.#waiting.add(invocation);
  }

  end({ object }: Review): void {
    this.#output = object && (thaw(object) as Frozen<KubeObject>);
  }

  #wake(): void {
    for (const invocation of this.#waiting) this.#again.add(invocation);
    this.#waiting.clear();
  }
}
