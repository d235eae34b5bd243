/** Pods whose status Stages write: their containers are there for whoever wants something of them, and no sooner. */
import type { Frozen } from '../../server/base/freeze.ts';
import { conflict } from '../../server/kube/api-error.ts';
import type { RunningPod } from '../../server/kube/node-connector.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { PodAnswers } from '../../server/kube/pod-answers.ts';
import type { PodScript } from '../../server/kube/pod-script.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { Look } from './look.ts';
import type { ClusterNetwork } from './network/cluster-network.ts';
import { PodMemory } from './pod-memory.ts';
import type { VolumeStore } from './runtime/files/volume-store.ts';
import type { PodRuntime, PodSandbox } from './runtime/pod-runtime.ts';
import { BEHAVIOUR } from './runtime/preset.ts';

export interface StagedParts {
  readonly env: ControllerEnv;
  readonly runtime: PodRuntime;
  readonly network: ClusterNetwork;
  readonly store: VolumeStore;
  readonly answers: PodAnswers;
}

interface Staged {
  readonly uid: string;
  readonly sandbox: PodSandbox;
  readonly running: RunningPod;
}

/** What is left to Stages cannot be told. */
class StagedScript implements PodScript {
  readonly #name: string;
  readonly #script: PodScript;

  constructor(name: string, script: PodScript) {
    this.#name = name;
    this.#script = script;
  }

  get told(): PodScript['told'] {
    return this.#script.told;
  }

  runs(container: string): boolean {
    return this.#script.runs(container);
  }

  write(container: string, stream: 'stdout' | 'stderr', text: string): void {
    this.#script.write(container, stream, text);
  }

  setCommands(...args: Parameters<PodScript['setCommands']>): void {
    this.#script.setCommands(...args);
  }

  forget(): void {
    this.#script.forget();
  }

  exit(): never {
    throw this.#refusal();
  }

  setProbes(): never {
    throw this.#refusal();
  }

  #refusal(): Error {
    return conflict({ group: '', resource: 'pods' }, this.#name, 'Stages say how its containers are, and nobody else');
  }
}

export class StagedPods {
  readonly #pods = new Map<string, Staged>();

  /** The pod, whose containers are made when it is first asked for. Undefined for one that does not run. */
  of(key: Key, parts: StagedParts): RunningPod | undefined {
    const pod = parts.env.lister<Pod>(PODS).get(key);
    let staged = this.#pods.get(keyText(key));
    if (staged && staged.uid !== pod?.metadata.uid) {
      this.forget(key);
      staged = undefined;
    }
    if (pod?.status.phase !== 'Running') return undefined;
    if (!staged) {
      staged = open(pod, parts);
      this.#pods.set(keyText(key), staged);
    }
    follow(pod, staged.sandbox);
    return staged.running;
  }

  /** Only if it has been asked for. */
  present(key: Key): RunningPod | undefined {
    return this.#pods.get(keyText(key))?.running;
  }

  /** Containers are made anew for whoever asks for them next. */
  restart(): void {
    for (const { sandbox } of this.#pods.values()) sandbox.close();
    this.#pods.clear();
  }

  /** It is gone, or no longer left to Stages. */
  forget(key: Key): void {
    this.#pods.get(keyText(key))?.sandbox.close();
    this.#pods.delete(keyText(key));
  }
}

function open(pod: Frozen<Pod>, { env, runtime, network, store, answers }: StagedParts): Staged {
  const { uid = '', name = '', annotations } = pod.metadata;
  const { nodeName = '', hostNetwork } = pod.spec;
  // Whether a command ends is not its own affair here.
  const standing = { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, [BEHAVIOUR]: 'run' } } };
  const memory = new PodMemory(keyOf(pod), uid, nodeName, env.clock);
  const look = new Look(standing, memory, { runtime, env, images: new Set(), store, tellsRoutine: false });
  const address = pod.status.podIP ?? '';
  const addresses = (pod.status.podIPs ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  const sandbox = runtime.open(standing, address, {
    clock: env.clock,
    random: env.random.of(uid),
    surroundings: look.surroundings,
    answers: (port) => answers.find(env.lister<Pod>(PODS).get(keyOf(pod)) ?? pod, port),
    network: () => network.from({ key: keyOf(pod), address, addresses, node: nodeName, hostNetwork: !!hostNetwork }),
    begin: () => env.begin('a command in a container'),
    wake: () => undefined,
  });
  const running: RunningPod = {
    dial: (port, from) => sandbox.dial(port, from),
    ...(sandbox.deliver && { deliver: sandbox.deliver.bind(sandbox) }),
    ...(sandbox.forward && { forward: sandbox.forward.bind(sandbox) }),
    ...(sandbox.exec && { exec: sandbox.exec.bind(sandbox) }),
    ...(sandbox.attach && { attach: sandbox.attach.bind(sandbox) }),
    ...(sandbox.logs && { logs: sandbox.logs.bind(sandbox) }),
    ...(sandbox.hasLogFile && { hasLogFile: sandbox.hasLogFile.bind(sandbox) }),
    ...(sandbox.measure && { measure: sandbox.measure.bind(sandbox) }),
    script: new StagedScript(name, sandbox.script),
  };
  return { uid, sandbox, running };
}

/** Starts and ends containers as their statuses say. */
function follow({ spec, status }: Frozen<Pod>, sandbox: PodSandbox): void {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const { name, restartCount, state } of [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
  ]) {
    const container = containers.find((candidate) => candidate.name === name);
    if (!state?.running) sandbox.kill(name);
    else if (container && !sandbox.has(name, restartCount)) void sandbox.start(container, restartCount);
  }
}
