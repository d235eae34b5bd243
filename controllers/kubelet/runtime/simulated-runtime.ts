import type { Frozen } from '../../../server/base/freeze.ts';
import type { KwokObjects } from '../../../server/kube/kwok-objects.ts';
import { keyOf } from '../../../server/kube/object.ts';
import type { Upstreams } from '../../../server/kube/pod-answers.ts';
import { answerTo, type CommandAnswer, type LogScript } from '../../../server/kube/pod-script.ts';
import type { Pod, Probe } from '../../../server/kube/types.gen.ts';
import { askPod } from './ask-pod.ts';
import { type CommandPlan, planOf } from './container/command-plan.ts';
import { imageOf } from './container/load-programs.ts';
import type { ImageFamilies } from './image-families.ts';
import { type ImageFamily, pullError } from './image-family.ts';
import { parseImage } from './image-reference.ts';
import { KwokPod } from './kwok/kwok-pod.ts';
import type { ImageDirectory } from './machine/inode.ts';
import { askOutside, isAnsweredProbe } from './outside/ask-outside.ts';
import { PodUpstreams } from './outside/pod-upstreams.ts';
import type {
  AnyContainer,
  ContainerRun,
  Executed,
  PodRuntime,
  PodSandbox,
  PodWorld,
  ProbeAnswer,
  ProcessEnd,
  Pull,
} from './pod-runtime.ts';
import { type Preset, Presets } from './preset.ts';
import { probedPort } from './probe-target.ts';
import { type PodPlans, runPod } from './run-pod.ts';
import { endOfCommand } from './script.ts';
import { AnnotatedScripts } from './scripts/annotated-scripts.ts';
import { unhealthyAnswer } from './unhealthy.ts';

/** What a process that does not care ends with when it is told to (SIGTERM). */
const TERMINATED_EXIT_CODE = 143;

/** How long processes take to end once they are told to: long enough that clients see the pod terminating. */
const STOP_MS = 300;

const OUT_OF_MEMORY: ProcessEnd = { exitCode: 137, afterMs: 0, reason: 'OOMKilled' };

/**
 * Containers do what the pod's annotation says, else they run their command if its program is known, else they do what
 * their image is known for. Others run on; those of a Job, and init containers, have done their work at once.
 */
export class SimulatedRuntime implements PodRuntime {
  readonly #families: ImageFamilies;
  readonly #kwok: KwokObjects;
  readonly #upstreams: PodUpstreams;
  readonly #presets = new Presets();
  readonly #annotated = new AnnotatedScripts();
  readonly #plans: PodPlans = {
    familyOf: ({ image = '' }) => this.#families.of(image),
    whyUnknown: ({ image = '' }) => this.#families.whyUnknown(image),
    planOf: (pod, container) => this.#planOf(pod, container),
    isWork: (pod, container) => ['init', 'job'].includes(roleOf(pod, container)),
    answers: (pod, container) => this.#answers(pod, container),
    logs: (pod, container) => this.#logs(pod, container),
    kwok: (pod) => new KwokPod(this.#kwok, keyOf(pod)),
    stopCode: ({ image = '' }) => this.#families.of(image).stop?.code ?? TERMINATED_EXIT_CODE,
    upstreamOf: (pod, port) => this.#upstreams.find(pod, port),
  };

  constructor(
    families: ImageFamilies,
    { kwok = () => [], upstreams }: { readonly kwok?: KwokObjects; readonly upstreams: Upstreams },
  ) {
    this.#families = families;
    this.#kwok = kwok;
    this.#upstreams = new PodUpstreams(families, upstreams);
  }

  complaint(pod: Frozen<Pod>): string | undefined {
    // Most pods have no annotations.
    if (!pod.metadata.annotations) return undefined;
    const parts = [this.#presets, this.#annotated, this.#upstreams];
    const problems = parts.map((part) => part.complaint(pod)).filter((text) => text !== undefined);
    return problems.length > 0 ? problems.join('; ') : undefined;
  }

  pull(pod: Frozen<Pod>, { name, image = '' }: AnyContainer, failures: number, sinceMs: number): Pull {
    const family = this.#families.of(image);
    const facts = { bytes: family.megabytes * 1e6, ...(family.user !== undefined && { user: family.user }) };
    const reference = parseImage(image);
    const fails = (reason: NonNullable<ImageFamily['pull']>): Pull => ({
      ...facts,
      takesMs: 0,
      error: typeof reference === 'string' ? reference : pullError(reason, reference),
    });
    if (family.pull) return fails(family.pull);
    let takesMs = 0;
    for (const preset of this.#presets.of(pod, name)) {
      const { times, afterMs } = preset;
      if (preset.name === 'pending') takesMs = Math.max(0, (afterMs ?? Number.POSITIVE_INFINITY) - sinceMs);
      if (preset.name !== 'imagepull') continue;
      const isOver = times !== undefined ? failures >= times : afterMs !== undefined && sinceMs >= afterMs;
      if (!isOver) return fails('notFound');
    }
    return { ...facts, takesMs };
  }

  imageFiles(image: string): ImageDirectory | undefined {
    const family = this.#families.of(image);
    return family.programs === 'unknown' ? undefined : imageOf(family);
  }

  run(pod: Frozen<Pod>, container: AnyContainer, restartCount: number): ContainerRun {
    const family = this.#families.of(container.image ?? '');
    const plan = this.#planOf(pod, container);
    const end = this.#endOf(pod, container, family, plan);
    const stop = {
      exitCode: family.stop?.code ?? TERMINATED_EXIT_CODE,
      afterMs: family.stop?.afterSeconds === undefined ? STOP_MS : family.stop.afterSeconds * 1000,
    };
    let run: ContainerRun = { ...(end && { end }), stop, hasProcesses: plan.kind === 'runs', readyAfterMs: 0 };
    for (const preset of this.#presets.of(pod, container.name)) run = changedBy(preset, run, restartCount);
    const isSlow = this.#presets.of(pod, container.name).some(({ name }) => name === 'slow-stop');
    return plan.kind === 'runs' && !isSlow ? { ...run, stop: 'signal' } : run;
  }

  /** Whoever says how a container ends wants nothing else to run in it. */
  #planOf(pod: Frozen<Pod>, container: AnyContainer): CommandPlan {
    const plan = planOf(container, this.#families.of(container.image ?? ''));
    const isTold = this.#presets.of(pod, container.name).some(({ name }) => ENDS.has(name));
    if (isTold) return plan.kind === 'runs' ? { kind: 'stands', argv: plan.argv } : plan;
    const isAnswered = answerTo(this.#answers(pod, container), container.name, plan.argv) !== undefined;
    return isAnswered ? { kind: 'runs', argv: plan.argv } : plan;
  }

  /** What its author says comes before what is known of its image. */
  #answers(pod: Frozen<Pod>, { image = '' }: AnyContainer): readonly CommandAnswer[] {
    const [own, ofImage] = [this.#annotated.commands(pod), this.#families.of(image).commands];
    return own.length === 0 ? ofImage : [...own, ...ofImage];
  }

  /** An image says only what its own program writes. */
  #logs(pod: Frozen<Pod>, container: AnyContainer): readonly LogScript[] {
    const own = this.#annotated.logs(pod, container.name);
    if (this.#planOf(pod, container).kind !== 'stands') return own;
    const { logs } = this.#families.of(container.image ?? '');
    return own.length === 0 ? logs : [...own, ...logs];
  }

  #endOf(
    pod: Frozen<Pod>,
    container: AnyContainer,
    { entrypoint, exit }: ImageFamily,
    plan: CommandPlan,
  ): ProcessEnd | undefined {
    if (plan.kind === 'runs' || plan.kind === 'serves') return undefined;
    if (plan.kind === 'waits') return plan.end.afterMs === Number.POSITIVE_INFINITY ? undefined : plan.end;
    const isOwn = container.command === undefined;
    const role = roleOf(pod, container);
    if (role === 'init') return { exitCode: 0, afterMs: 0 };
    if (role === 'sidecar') return undefined;
    if (isOwn && exit) return { exitCode: exit.code ?? 0, afterMs: (exit.afterSeconds ?? 0) * 1000 };
    if (isOwn && entrypoint === 'serve') return undefined;
    return role === 'job' ? { exitCode: 0, afterMs: 0 } : undefined;
  }

  async probe(
    running: PodSandbox,
    pod: Frozen<Pod>,
    container: AnyContainer,
    probe: Frozen<Probe>,
    livedMs: number,
  ): Promise<ProbeAnswer> {
    const port = probedPort(probe, container);
    if (typeof port === 'string')
      return { isHealthy: false, output: port, errored: true, holdsMs: Number.POSITIVE_INFINITY };
    const { live, ready } = running.script.wishOf(container.name);
    const isToldTo =
      (probe === container.livenessProbe && live === false) || (probe === container.readinessProbe && ready === false);
    if (isToldTo) return unhealthyAnswer(probe, pod, port);
    let holdsMs = Number.POSITIVE_INFINITY;
    for (const { name, afterMs = 0 } of this.#presets.of(pod, container.name)) {
      if (name !== 'unhealthy') continue;
      if (livedMs >= afterMs) return unhealthyAnswer(probe, pod, port);
      holdsMs = Math.min(holdsMs, afterMs - livedMs);
    }
    if (probe.exec) {
      // What looks at the container may see something else the next time.
      const { command = [] } = probe.exec;
      const isFixed = endOfCommand(command) !== undefined && !running.answers(container, command);
      return { ...(await this.#ask(running, container, probe)), holdsMs: isFixed ? holdsMs : 0 };
    }
    if (isAnsweredProbe(running, container, probe)) return askOutside(running, pod, container, probe);
    const { kind } = this.#planOf(pod, container);
    if (!this.#isKnown(container, kind)) return { isHealthy: true, output: '', holdsMs };
    // What a running program answers may be something else the next time; but a server that serves what its image
    // holds answers the same until somebody changes something in it.
    const isFixed = kind !== 'runs' && running.disturbances === 0;
    return { ...(await askPod(running, pod, container, probe)), holdsMs: isFixed ? holdsMs : 0 };
  }

  async #ask(
    running: PodSandbox,
    container: AnyContainer,
    { exec, timeoutSeconds = 1 }: Frozen<Probe>,
  ): Promise<Omit<ProbeAnswer, 'holdsMs'>> {
    try {
      const { exitCode, output } = await this.exec(running, container, exec?.command ?? [], timeoutSeconds * 1000);
      return { isHealthy: exitCode === 0, output };
    } catch (error) {
      return {
        isHealthy: false,
        output: `rpc error: code = Unknown desc = ${(error as Error).message}`,
        errored: true,
      };
    }
  }

  /**
   * Whether it is known how a container answers: not of programs that nobody has, unless their image says so and they
   * were given no files.
   */
  #isKnown({ command, image = '', volumeMounts = [] }: AnyContainer, kind: CommandPlan['kind']): boolean {
    const { programs, probes } = this.#families.of(image);
    if (programs !== 'unknown' && kind !== 'stands') return true;
    if (command || probes === 'succeed') return false;
    return volumeMounts.every(({ mountPath }) => mountPath?.startsWith('/var/run/secrets/'));
  }

  /** What only waits and ends needs no process. */
  async exec(
    running: PodSandbox,
    container: AnyContainer,
    command: readonly string[],
    timeoutMs = Number.POSITIVE_INFINITY,
  ): Promise<Executed> {
    const end = running.answers(container, command) ? undefined : endOfCommand(command);
    return end ? { ...end, output: '' } : running.run(container, command, timeoutMs);
  }

  open(pod: Frozen<Pod>, podIP: string, world: PodWorld): PodSandbox {
    return runPod(pod, podIP, this.#plans, world);
  }
}

/** Wishes that say how a container ends, or that it does not. */
const ENDS: ReadonlySet<string> = new Set(['crashloop', 'exit', 'oom', 'run']);

/** What a container is for. */
function roleOf(pod: Frozen<Pod>, { name }: AnyContainer): 'init' | 'sidecar' | 'job' | 'service' {
  const init = pod.spec.initContainers?.find((container) => container.name === name);
  if (init) return init.restartPolicy === 'Always' ? 'sidecar' : 'init';
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  return owner?.kind === 'Job' ? 'job' : 'service';
}

function changedBy(
  { name, afterMs = 0, times, exitCode }: Preset,
  run: ContainerRun,
  restartCount: number,
): ContainerRun {
  switch (name) {
    case 'crashloop': {
      if (times !== undefined && restartCount >= times) return withoutEnd(run);
      return { ...run, end: { exitCode: exitCode ?? 1, afterMs } };
    }
    case 'exit':
      return { ...run, end: { exitCode: exitCode ?? 0, afterMs } };
    case 'oom':
      return { ...run, end: { ...OUT_OF_MEMORY, afterMs } };
    case 'run':
      return withoutEnd(run);
    case 'slow-ready':
      return { ...run, readyAfterMs: afterMs };
    case 'not-ready':
      return { ...run, readyAfterMs: afterMs === 0 ? Number.POSITIVE_INFINITY : afterMs };
    case 'slow-stop':
      return {
        ...run,
        stop: {
          exitCode: run.stop === 'signal' ? TERMINATED_EXIT_CODE : run.stop.exitCode,
          afterMs: afterMs === 0 ? Number.POSITIVE_INFINITY : afterMs,
        },
      };
    default:
      return run;
  }
}

const withoutEnd = ({ end: _end, ...run }: ContainerRun): ContainerRun => run;
