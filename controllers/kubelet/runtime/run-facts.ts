import type { Clock } from '../../../server/base/clock.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Random } from '../../../server/base/random.ts';
import type { CommandAnswer, LogScript } from '../../../server/kube/pod-script.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import type { CommandPlan } from './container/command-plan.ts';
import type { ContainerFacts } from './container/container-facts.ts';
import type { Surroundings } from './container/surroundings.ts';
import type { ImageFamily } from './image-family.ts';
import type { Network } from './machine/network.ts';
import type { AnyContainer, PodWorld } from './pod-runtime.ts';
import type { PodPlans } from './run-pod.ts';

/** The pod that a container runs in. */
export interface PodOfRun {
  readonly pod: Frozen<Pod>;
  readonly plans: PodPlans;
  readonly world: PodWorld;
  answersOf(container: AnyContainer): readonly CommandAnswer[];
  networkOf(container: string): Network;
}

/** What one run of a container is made of. What is the same for all runs of its pod is asked of the pod. */
export class RunFacts implements ContainerFacts {
  readonly container: AnyContainer;
  readonly restartCount: number;
  readonly family: ImageFamily;
  readonly plan: CommandPlan;
  readonly isWork: boolean;
  readonly stopCode: number;
  readonly #of: PodOfRun;

  constructor(of: PodOfRun, container: AnyContainer, restartCount: number) {
    const { pod, plans } = of;
    this.#of = of;
    this.container = container;
    this.restartCount = restartCount;
    this.family = plans.familyOf(container);
    this.plan = plans.planOf(pod, container);
    this.isWork = plans.isWork(pod, container);
    this.stopCode = plans.stopCode(container);
  }

  get pod(): Frozen<Pod> {
    return this.#of.pod;
  }

  get clock(): Clock {
    return this.#of.world.clock;
  }

  get random(): Random {
    return this.#of.world.random;
  }

  get surroundings(): Surroundings {
    return this.#of.world.surroundings;
  }

  whyUnknown(): string {
    return this.#of.plans.whyUnknown(this.container);
  }

  logs(): readonly LogScript[] {
    return this.#of.plans.logs(this.pod, this.container);
  }

  answers(): readonly CommandAnswer[] {
    return this.#of.answersOf(this.container);
  }

  network(): Network {
    return this.#of.networkOf(this.container.name);
  }

  begin(): () => void {
    return this.#of.world.begin();
  }

  ended(): void {
    this.#of.world.wake();
  }
}
