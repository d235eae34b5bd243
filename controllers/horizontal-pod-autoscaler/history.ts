/** What was recommended and done for one autoscaler, as far back as windows and periods reach. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { LabelSelector } from '../../server/kube/labels.ts';
import type { HPAScalingRules } from '../../server/kube/types.gen.ts';

interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

interface Rescale {
  /** Never negative. */
  readonly change: number;
  readonly atMs: number;
}

/**
 * Kept in memory only, as upstream's: whoever starts anew has recommended nothing yet.
 */
export class History {
  recommendations: Recommendation[] = [];
  #ups: Rescale[] = [];
  #downs: Rescale[] = [];
  /** Which pods its target has; nobody knows until it was asked. */
  selector: LabelSelector | undefined;

  /** The first recommendation is what there is. */
  begin(replicas: number, nowMs: number): void {
    if (this.recommendations.length === 0) this.recommendations.push({ replicas, atMs: nowMs });
  }

  /** Takes the place of one that is older than everybody looks back. */
  recommend(replicas: number, nowMs: number, isOld: (atMs: number) => boolean): void {
    this.recommendations = [...this.recommendations.filter(({ atMs }) => !isOld(atMs)), { replicas, atMs: nowMs }];
  }

  rescaled(from: number, to: number, rules: Frozen<HPAScalingRules> | undefined, nowMs: number): void {
    const longestMs = Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds * 1000));
    const kept = (rescales: Rescale[]): Rescale[] => rescales.filter(({ atMs }) => atMs >= nowMs - longestMs);
    const rescale = { change: Math.abs(to - from), atMs: nowMs };
    if (to > from) this.#ups = [...kept(this.#ups), rescale];
    else this.#downs = [...kept(this.#downs), rescale];
  }

  /** How many replicas there were when a period began. */
  replicasBefore(periodSeconds: number, currentReplicas: number, nowMs: number): number {
    const changeOf = (rescales: Rescale[]): number =>
      rescales.reduce((sum, { change, atMs }) => (atMs > nowMs - periodSeconds * 1000 ? sum + change : sum), 0);
    return currentReplicas - changeOf(this.#ups) + changeOf(this.#downs);
  }
}
