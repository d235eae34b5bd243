import type { Frozen } from '../../../server/base/freeze.ts';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import type { Container, EphemeralContainer, Pod, Probe } from '../../../server/kube/types.gen.ts';

export type AnyContainer = Frozen<Container> | Frozen<EphemeralContainer>;

/** How a process ends. */
export interface ProcessEnd {
  readonly exitCode: number;
  readonly afterMs: number;
  /** What the kubelet calls it; `Completed` or `Error` by the exit code unless given. */
  readonly reason?: string;
  /** What the process left in its termination log. */
  readonly message?: string;
}

/** One run of a container. */
export interface ContainerRun {
  /** How it ends by itself, counted from its start; undefined when it runs until it is told to end. */
  readonly end?: ProcessEnd;
  /** How it ends when it is told to (SIGTERM), counted from then. */
  readonly stop: ProcessEnd;
  /** How long it is not ready, whatever its probes say. Infinity for ever. */
  readonly readyAfterMs: number;
}

/** What comes of pulling an image. */
export interface Pull {
  readonly takesMs: number;
  /** What the container runtime says when it cannot be had. */
  readonly error?: string;
  readonly bytes: number;
  /** The user that the image runs as; undefined when nobody knows. */
  readonly user?: number;
}

/** How a command ended that was executed in a running container. */
export interface Executed extends ProcessEnd {
  readonly output: string;
}

export interface ProbeAnswer {
  readonly isHealthy: boolean;
  /** What a failed probe says. */
  readonly output: string;
  /** How long the answer stays the same: nobody has to ask again before. Infinity when it cannot change. */
  readonly holdsMs: number;
}

/**
 * What runs the containers of pods, as far as the kubelet has to know: a kubelet decides when something is pulled,
 * started, asked and told to end; the runtime says what comes of it.
 *
 * What is here now knows how a run ends when it begins. A runtime whose processes end whenever they like answers
 * `run()` without an end and calls for the kubelet when one has ended; logs, exec and attach come as methods of
 * {@link RunningPod}.
 */
export interface PodRuntime {
  /** What is wrong with what the pod says about its behaviour, for its author. */
  complaint(pod: Frozen<Pod>): string | undefined;
  /**
   * @param failures how often it could not be pulled before
   * @param sinceMs how long ago the kubelet wanted it first
   */
  pull(pod: Frozen<Pod>, container: AnyContainer, failures: number, sinceMs: number): Pull;
  /** @param restartCount which run of the container it is, from 0 */
  run(pod: Frozen<Pod>, container: AnyContainer, restartCount: number): ContainerRun;
  /** @param livedMs how long the container has been running */
  probe(
    running: RunningPod,
    pod: Frozen<Pod>,
    container: AnyContainer,
    probe: Frozen<Probe>,
    livedMs: number,
  ): Promise<ProbeAnswer>;
  /** Executes a command in a running container. */
  exec(pod: Frozen<Pod>, container: AnyContainer, command: readonly string[]): Promise<Executed>;
  /** What answers for the pod on its ports. */
  open(pod: Frozen<Pod>, podIP: string): RunningPod;
}
