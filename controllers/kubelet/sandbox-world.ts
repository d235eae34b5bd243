import type { Frozen } from '../../server/base/freeze.ts';
import type { Random } from '../../server/base/random.ts';
import type { Dial, PodAnswers } from '../../server/kube/pod-answers.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import type { ClusterNetwork } from './network/cluster-network.ts';
import type { PodMemory } from './pod-memory.ts';
import type { PodUplink } from './runtime/container/pod-network.ts';
import type { PodSurroundings } from './runtime/files/pod-surroundings.ts';
import type { PodWorld } from './runtime/pod-runtime.ts';

/** What is the same for all pods that begin under one controller. */
export interface WorldParts {
  readonly env: ControllerEnv;
  readonly network: ClusterNetwork;
  /** What answers for pods instead of their programs. */
  readonly answers: PodAnswers;
}

/** The world around one pod. Each running pod has one, so it holds nothing that can be asked for. */
export class SandboxWorld implements PodWorld {
  readonly random: Random;
  readonly surroundings: PodSurroundings;
  readonly #parts: WorldParts;
  readonly #memory: PodMemory;
  /** As it was when it began. */
  readonly #pod: Frozen<Pod>;

  constructor(pod: Frozen<Pod>, memory: PodMemory, surroundings: PodSurroundings, parts: WorldParts) {
    this.random = parts.env.random.of(memory.uid);
    this.surroundings = surroundings;
    this.#parts = parts;
    this.#memory = memory;
    this.#pod = pod;
  }

  get clock(): ControllerEnv['clock'] {
    return this.#parts.env.clock;
  }

  /** By its labels of then: whoever answers may be chosen by others later. */
  answers(port: number): Dial | undefined {
    const { env, answers } = this.#parts;
    const pod = env.lister<Pod>(PODS).get(this.#memory.key) ?? this.#pod;
    return answers.find(addressed(pod, this.#memory.podIP ?? ''), port);
  }

  network(): PodUplink {
    const { key, podIP = '', podIPs = [], node } = this.#memory;
    const hostNetwork = this.#pod.spec.hostNetwork ?? false;
    return this.#parts.network.from({ key, address: podIP, addresses: podIPs, node, hostNetwork });
  }

  begin(): () => void {
    return this.#parts.env.begin('a command in a container');
  }

  wake(): void {
    wake(this.#memory, this.#parts.env);
  }
}

/** Calls for the kubelet: something has happened in a container of a pod. */
export function wake(memory: PodMemory, env: ControllerEnv): void {
  memory.isWoken = true;
  env.enqueue(memory.key);
}

/** Nobody has told yet where a pod is that begins just now. */
function addressed(pod: Frozen<Pod>, podIP: string): Frozen<Pod> {
  return pod.status.podIP === podIP ? pod : { ...pod, status: { ...pod.status, podIP } };
}
