import type { Clock } from '../../../server/base/clock.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Random } from '../../../server/base/random.ts';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import type { Dial } from '../../../server/kube/pod-answers.ts';
import type { Container, EphemeralContainer, Pod, Probe } from '../../../server/kube/types.gen.ts';
import type { PodUplink } from './container/pod-network.ts';
import type { Surroundings } from './container/surroundings.ts';
import type { ImageDirectory } from './machine/inode.ts';
import type { PodTold } from './scripts/told-pod.ts';

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

/** How a run has ended that nobody could foresee. */
export interface RunEnd extends Omit<ProcessEnd, 'afterMs'> {
  readonly atMs: number;
}

/** One run of a container. */
export interface ContainerRun {
  /** How it ends by itself, counted from its start; undefined when it runs until it is told to end, or nobody knows. */
  readonly end?: ProcessEnd;
  /** How it ends when it is told to (SIGTERM), counted from then; `signal`: as its processes please. */
  readonly stop: ProcessEnd | 'signal';
  /** Whether its command runs from the start: it finds in itself what its pod says. */
  readonly hasProcesses: boolean;
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
  /** It could not even be asked: that is told, and does not count. */
  readonly errored?: boolean;
}

/** A pod that runs, as its kubelet handles it: containers are known by their names, runs by their numbers. */
export interface PodSandbox extends RunningPod {
  readonly clock: Clock;
  /** Somebody does something that the cluster has not settled without, until the returned function is called. */
  begin(): () => void;
  /** Whether this run of a container was started here. */
  has(container: string, restartCount: number): boolean;
  /** Starts a run. @returns the words of the container runtime when it cannot */
  start(container: AnyContainer, restartCount: number): Promise<string | undefined>;
  /** How a run ended of which nobody knew before, once it has. */
  ended(container: string, restartCount: number): RunEnd | undefined;
  /** Tells a run to end by a signal, after some time. */
  terminate(container: string, afterMs: number): void;
  /** A run is over: whatever is left of it ends at once. */
  kill(container: string): void;
  /** Executes a command of a probe or a hook. @throws Error in the words of the container runtime */
  run(container: AnyContainer, command: readonly string[], timeoutMs: number): Promise<Executed>;
  /** What it was told by somebody. */
  readonly script: PodTold;
  /** Whether somebody says what a command answers in a container. */
  answers(container: AnyContainer, command: readonly string[]): boolean;
  /** How often somebody executed something in it: what was known of its answers may have changed then. */
  readonly disturbances: number;
  /** Something else answers for it from now on. */
  disturb(): void;
  /** Whether what answers at a port is no program of the pod, and may take its time. */
  isAnswered(port: number): boolean;
  /** Work that may take its time, but not more; the cluster has not settled before. */
  within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined>;
  /** The pod is over. Only its logs are left. */
  close(): void;
}

/** What a pod needs of the world around it. */
export interface PodWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** What its containers find in themselves. */
  readonly surroundings: Surroundings;
  /** Functions that answer at its ports instead of its programs. */
  answers(port: number): Dial | undefined;
  /** What it reaches besides itself. */
  network(): PodUplink;
  /** A process does something that the cluster has not settled without, until the returned function is called. */
  begin(): () => void;
  /** Calls for the kubelet: a container has ended. */
  wake(): void;
}

/**
 * What runs the containers of pods, as far as the kubelet has to know: a kubelet decides when something is pulled,
 * started, asked and told to end; the runtime says what comes of it.
 *
 * How some runs end is known when they begin: `run()` says so. The processes of others end whenever they like; then the
 * sandbox wakes the kubelet, and `ended()` says how.
 */
export interface PodRuntime {
  /** What is wrong with what the pod says about its behaviour, for its author. */
  complaint(pod: Frozen<Pod>): string | undefined;
  /**
   * @param failures how often it could not be pulled before
   * @param sinceMs how long ago the kubelet wanted it first
   */
  pull(pod: Frozen<Pod>, container: AnyContainer, failures: number, sinceMs: number): Pull;
  /** The files of an image, as far as they are known. */
  imageFiles(image: string): ImageDirectory | undefined;
  /** @param restartCount which run of the container it is, from 0 */
  run(pod: Frozen<Pod>, container: AnyContainer, restartCount: number): ContainerRun;
  /** @param livedMs how long the container has been running */
  probe(
    running: PodSandbox,
    pod: Frozen<Pod>,
    container: AnyContainer,
    probe: Frozen<Probe>,
    livedMs: number,
  ): Promise<ProbeAnswer>;
  /** Executes a command in a running container. @throws Error in the words of the container runtime */
  exec(running: PodSandbox, container: AnyContainer, command: readonly string[], timeoutMs?: number): Promise<Executed>;
  /** What answers for the pod on its ports, and runs its containers. */
  open(pod: Frozen<Pod>, podIP: string, world: PodWorld): PodSandbox;
}
