import type { Clock } from '../../../../server/base/clock.ts';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Random } from '../../../../server/base/random.ts';
import type { CommandAnswer, LogScript } from '../../../../server/kube/pod-script.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import type { ImageFamily } from '../image-family.ts';
import type { Network } from '../machine/network.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import type { CommandPlan } from './command-plan.ts';
import type { Surroundings } from './surroundings.ts';

/** What one run of a container is made of. */
export interface ContainerFacts {
  readonly pod: Frozen<Pod>;
  readonly container: AnyContainer;
  readonly restartCount: number;
  readonly family: ImageFamily;
  /** Why nobody knows the programs of its image. */
  whyUnknown(): string;
  readonly plan: CommandPlan;
  /** Programs that nobody has are done at once: those of Jobs and of init containers. */
  readonly isWork: boolean;
  /** What they end with when they are told to. */
  readonly stopCode: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly surroundings: Surroundings;
  /** Somebody does something that the cluster has not settled without, until the returned function is called. */
  begin(): () => void;
  /** It has ended by itself. */
  ended(): void;
  network(): Network;
  /** What commands answer in it just now. */
  answers(): readonly CommandAnswer[];
  /** What it writes by itself, when it begins. */
  logs(): readonly LogScript[];
}
