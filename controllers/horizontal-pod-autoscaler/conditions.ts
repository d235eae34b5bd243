import { rfc3339 } from '../../server/base/clock.ts';
import type { HorizontalPodAutoscalerCondition } from '../../server/kube/types.gen.ts';

/** What a condition says from now on; its time only changes with its status (setConditionInList). */
export class Conditions {
  readonly #nowMs: number;
  #list: HorizontalPodAutoscalerCondition[];

  constructor(list: readonly HorizontalPodAutoscalerCondition[], nowMs: number) {
    this.#list = [...list];
    this.#nowMs = nowMs;
  }

  get list(): HorizontalPodAutoscalerCondition[] {
    return this.#list;
  }

  isTrue(type: string): boolean {
    return this.#list.some((condition) => condition.type === type && condition.status === 'True');
  }

  set(type: string, isTrue: boolean, reason: string, message: string): void {
    const status = isTrue ? 'True' : 'False';
    const before = this.#list.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : rfc3339(this.#nowMs);
    const next: HorizontalPodAutoscalerCondition = {
      ...before,
      type,
      status,
      ...(lastTransitionTime !== undefined && { lastTransitionTime }),
      reason,
      message,
    };
    this.#list = before ? this.#list.map((one) => (one === before ? next : one)) : [...this.#list, next];
  }
}
