/** One look at one autoscaler: reconcileAutoscaler in horizontal.go. */
import { rfc3339 } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { type LabelSelector, parseLabelSelector, selectorMatches } from '../../server/kube/labels.ts';
import type { MetricsSource } from '../../server/kube/metrics-source.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import { parseQuantity } from '../../server/kube/quantity.ts';
import type { HorizontalPodAutoscaler, MetricStatus, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { EventType } from '../lib/events.ts';
import { PODS } from '../lib/pods.ts';
import { Conditions } from './conditions.ts';
import type { History } from './history.ts';
import { allowed } from './limits.ts';
import { type MetricAnswer, MetricFault, replicasFor } from './metric.ts';
import type { Tolerances, Workload } from './replica-count.ts';
import { findTarget, rescale, type Target } from './target.ts';

export const AUTOSCALERS = 'autoscaling/v2/horizontalpodautoscalers';

const TOLERANCE = 0.1;

/** What a pass works with. */
export interface PassParts {
  readonly env: ControllerEnv;
  readonly source: MetricsSource;
  readonly history: History;
  /** Autoscalers of the same namespace whose target has one of these pods, in order. */
  readonly sharing: (namespace: string, pods: readonly Frozen<Pod>[]) => readonly Key[];
}

interface Status {
  readonly current: number;
  readonly desired: number;
  readonly metrics: MetricStatus[] | undefined;
  readonly isRescaled: boolean;
}

/** What all metrics together ask for. */
interface Wanted {
  readonly replicas: number;
  readonly name: string;
  readonly statuses: MetricStatus[];
}

/** Nothing that can be computed, and what the status says of each metric. */
class NothingValid extends Error {
  readonly statuses: MetricStatus[] | undefined;

  constructor(message: string, statuses?: MetricStatus[]) {
    super(message);
    this.statuses = statuses;
  }
}

export class Pass {
  readonly #parts: PassParts;
  readonly #autoscaler: Frozen<HorizontalPodAutoscaler>;
  readonly #conditions: Conditions;
  readonly #nowMs: number;
  #isNews = false;

  constructor(autoscaler: Frozen<HorizontalPodAutoscaler>, parts: PassParts) {
    this.#parts = parts;
    this.#autoscaler = autoscaler;
    this.#nowMs = parts.env.clock.now();
    this.#conditions = new Conditions(autoscaler.status.conditions ?? [], this.#nowMs);
  }

  /** @returns whether anything is other than it was */
  async run(): Promise<boolean> {
    await this.#look();
    return this.#isNews;
  }

  async #look(): Promise<void> {
    const { spec, metadata } = this.#autoscaler;
    let target: Target;
    try {
      target = await findTarget(spec.scaleTargetRef, metadata.namespace ?? '', this.#parts.env.client);
    } catch (error) {
      const { message } = error as Error;
      this.#tell('Warning', 'FailedGetScale', message);
      this.#able(
        false,
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: ${message}`,
      );
      return this.#write(undefined);
    }
    this.#able(true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const current = target.scale.spec.replicas ?? 0;
    this.#parts.history.begin(current, this.#nowMs);
    return this.#scale(target, current);
  }

  async #scale(target: Target, current: number): Promise<void> {
    const { spec } = this.#autoscaler;
    const minimum = spec.minReplicas ?? 1;
    const isScaledToZero = this.#conditions.isTrue('ScaledToZero');
    if (current === 0 && !(isScaledToZero && (minimum !== 0 || this.#hasOutsideMetrics))) {
      const disabled = 'scaling is disabled since the replica count of the target is zero';
      this.#conditions.set('ScalingActive', false, 'ScalingDisabled', disabled);
      return this.#write({ current, desired: 0, metrics: undefined, isRescaled: false });
    }
    if (current > spec.maxReplicas)
      return this.#rescale(target, spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
    if (current !== 0 && current < minimum)
      return this.#rescale(target, minimum, 'Current number of replicas below Spec.MinReplicas');
    let wanted: Wanted;
    try {
      wanted = await this.#wanted(target);
    } catch (error) {
      if (!(error instanceof NothingValid)) throw error;
      const desired = this.#autoscaler.status.desiredReplicas ?? 0;
      await this.#write({ current, desired, metrics: error.statuses, isRescaled: false });
      this.#tell('Warning', 'FailedComputeMetricsReplicas', error.message);
      return;
    }
    const { autoscaler, history } = { autoscaler: this.#autoscaler, history: this.#parts.history };
    const conditions = this.#conditions;
    const wish = { autoscaler, history, conditions, current, desired: wanted.replicas, minimum, nowMs: this.#nowMs };
    const desired = current === 0 ? Math.max(allowed(wish), minimum) : allowed(wish);
    let reason = '';
    if (wanted.replicas > current) reason = `${wanted.replicas > 0 ? wanted.name : ''} above target`;
    else if (wanted.replicas < current) reason = 'All metrics below target';
    else if (current === 0 && desired > 0) reason = 'Current number of replicas below Spec.MinReplicas';
    if (desired !== current) return this.#rescale(target, desired, reason, wanted.statuses);
    return this.#write({ current, desired, metrics: wanted.statuses, isRescaled: false });
  }

  /** Only these can say something about a workload of which nothing runs. */
  get #hasOutsideMetrics(): boolean {
    return (this.#autoscaler.spec.metrics ?? []).some(({ type }) => type === 'Object' || type === 'External');
  }

  async #rescale(target: Target, desired: number, reason: string, metrics?: MetricStatus[]): Promise<void> {
    const { env, history } = this.#parts;
    const { spec, status } = this.#autoscaler;
    const current = target.scale.spec.replicas ?? 0;
    try {
      await rescale(target, desired, env.client);
    } catch (error) {
      const { message } = error as Error;
      this.#tell('Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${message}`);
      this.#able(false, 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${message}`);
      return this.#write({ current, desired: status.desiredReplicas ?? 0, metrics, isRescaled: false });
    }
    this.#able(true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    this.#tell('Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    const { behavior, minReplicas } = spec;
    if (behavior)
      history.rescaled(current, desired, desired > current ? behavior.scaleUp : behavior.scaleDown, this.#nowMs);
    const isToZero = current > 0 && desired === 0 && minReplicas === 0 && this.#hasOutsideMetrics;
    const [why, what] = isToZero
      ? ['ScaledToZero', 'the HPA controller scaled the workload to zero']
      : ['NotScaledToZero', 'the HPA controller did not scale the workload to zero'];
    this.#conditions.set('ScaledToZero', isToZero, why, what);
    return this.#write({ current, desired, metrics, isRescaled: true });
  }

  /** The most that a metric asks for (computeReplicasForMetrics). @throws NothingValid */
  async #wanted({ scale }: Target): Promise<Wanted> {
    const { env, source } = this.#parts;
    const { spec, metadata } = this.#autoscaler;
    const namespace = metadata.namespace ?? '';
    const podSelector = scale.status.selector ?? '';
    const specReplicas = scale.spec.replicas ?? 0;
    const pods = this.#pods(podSelector);
    const workload: Workload = {
      pods,
      specReplicas,
      statusReplicas: scale.status.replicas,
      tolerances: this.#tolerances(),
      nowMs: this.#nowMs,
    };
    const statuses: MetricStatus[] = [];
    const faults: MetricFault[] = [];
    let most: MetricAnswer | undefined;
    for (const metric of spec.metrics ?? []) {
      try {
        const answer = await replicasFor(metric, { source, namespace, podSelector, workload });
        statuses.push(answer.status);
        if (!most || most.replicas === 0 || answer.replicas > most.replicas) most = answer;
      } catch (error) {
        if (!(error instanceof MetricFault)) throw error;
        this.#tell('Warning', error.reason, error.told);
        faults.push(error);
        // Upstream leaves the place of a metric empty that it could not compute.
        statuses.push({ type: '' });
      }
    }
    const [fault] = faults;
    if (fault) {
      const count = `${faults.length} invalid out of ${statuses.length}`;
      const message = `invalid metrics (${count}), first error is: ${fault.message}`;
      // With less than everything known, nothing is taken away.
      if (!most || most.replicas < specReplicas) {
        const why = `the HPA was unable to compute the replica count: ${fault.told}`;
        this.#conditions.set('ScalingActive', false, fault.reason, why);
        throw new NothingValid(message, statuses);
      }
      env.log.debug({ autoscaler: keyOf(this.#autoscaler), message }, 'not every metric could be computed');
    }
    const { replicas, name } = most ?? { replicas: 0, name: '' };
    const valid = `the HPA was able to successfully calculate a replica count from ${name}`;
    this.#conditions.set('ScalingActive', true, 'ValidMetricFound', valid);
    return { replicas, name, statuses };
  }

  /** The pods of the target, which nobody else may scale. @throws NothingValid */
  #pods(text: string): Frozen<Pod>[] {
    const { env, history, sharing } = this.#parts;
    if (text === '') {
      this.#tell('Warning', 'SelectorRequired', 'selector is required');
      const missing = "the HPA target's scale is missing a selector";
      this.#conditions.set('ScalingActive', false, 'InvalidSelector', missing);
      throw new NothingValid('selector is required');
    }
    let selector: LabelSelector;
    try {
      selector = parseLabelSelector(text);
    } catch (error) {
      const { message } = error as Error;
      const problem = `couldn't convert selector into a corresponding internal selector object: ${message}`;
      throw this.#noSelector('InvalidSelector', problem);
    }
    history.selector = selector;
    const { namespace = '' } = this.#autoscaler.metadata;
    const pods = env
      .lister<Pod>(PODS)
      .list(namespace)
      .filter(({ metadata }) => selectorMatches(selector, metadata.labels));
    const [first, second] = sharing(namespace, pods);
    if (first && second) {
      const names = [first, second].map((key) => `{${key.name} ${key.namespace}}`).join(' ');
      const problem = `pods by selector ${text} are controlled by more than one HPA (e.g. [${names}])`;
      throw this.#noSelector('AmbiguousSelector', problem);
    }
    return pods;
  }

  #noSelector(reason: string, message: string): NothingValid {
    this.#tell('Warning', reason, message);
    this.#conditions.set('ScalingActive', false, reason, message);
    return new NothingValid(message);
  }

  #tolerances(): Tolerances {
    const { scaleUp, scaleDown } = this.#autoscaler.spec.behavior ?? {};
    const share = (text: string | undefined): number =>
      text === undefined ? TOLERANCE : Number(parseQuantity(text).nano) / 1e9;
    return { up: share(scaleUp?.tolerance), down: share(scaleDown?.tolerance) };
  }

  #tell(type: EventType, reason: string, message: string): void {
    this.#parts.env.event(this.#autoscaler, type, reason, message);
  }

  #able(isAble: boolean, reason: string, message: string): void {
    this.#conditions.set('AbleToScale', isAble, reason, message);
  }

  /** @param next undefined when only the conditions change */
  async #write(next: Status | undefined): Promise<void> {
    const { status: before, metadata } = this.#autoscaler;
    const lastScaleTime = next?.isRescaled ? rfc3339(this.#nowMs) : before.lastScaleTime;
    const counted = next && {
      ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
      ...(lastScaleTime !== undefined && { lastScaleTime }),
      ...(next.current !== 0 && { currentReplicas: next.current }),
      desiredReplicas: next.desired,
      currentMetrics: next.metrics ?? null,
    };
    const status = { ...(counted ?? before), conditions: this.#conditions.list };
    if (deepEqual(status, before)) return;
    this.#isNews = true;
    const { env } = this.#parts;
    try {
      await env.client.update(AUTOSCALERS, { ...this.#autoscaler, status }, 'status');
    } catch (error) {
      this.#tell('Warning', 'FailedUpdateStatus', (error as Error).message);
      throw error;
    }
  }
}
