import type { Frozen } from '../../../server/base/freeze.ts';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import type { Pod, Probe } from '../../../server/kube/types.gen.ts';
import { askPod } from './ask-pod.ts';
import type { ImageFamilies, ImageFamily } from './image-family.ts';
import { pullError } from './image-family.ts';
import { parseImage } from './image-reference.ts';
import type { AnyContainer, ContainerRun, Executed, PodRuntime, ProbeAnswer, ProcessEnd, Pull } from './pod-runtime.ts';
import { type Preset, Presets } from './preset.ts';
import { runPod } from './run-pod.ts';
import { endOfCommand } from './script.ts';

/** What a process that does not care ends with when it is told to (SIGTERM). */
const TERMINATED_EXIT_CODE = 143;

/** How long processes take to end once they are told to: long enough that clients see the pod terminating. */
const STOP_MS = 300;

const OUT_OF_MEMORY: ProcessEnd = { exitCode: 137, afterMs: 0, reason: 'OOMKilled' };

/**
 * Containers do what the pod's annotation says, else what their command says if it is known, else what their image is
 * known for. Others run on; those of a Job, and init containers, have done their work at once.
 */
export class SimulatedRuntime implements PodRuntime {
  readonly #families: ImageFamilies;
  readonly #presets = new Presets();

  constructor(families: ImageFamilies) {
    this.#families = families;
  }

  complaint(pod: Frozen<Pod>): string | undefined {
    return this.#presets.complaint(pod);
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

  run(pod: Frozen<Pod>, container: AnyContainer, restartCount: number): ContainerRun {
    const family = this.#families.of(container.image ?? '');
    const end = this.#endOf(pod, container, family);
    const stop = {
      exitCode: family.stop?.code ?? TERMINATED_EXIT_CODE,
      afterMs: family.stop?.afterSeconds === undefined ? STOP_MS : family.stop.afterSeconds * 1000,
    };
    let run: ContainerRun = { ...(end && { end }), stop, readyAfterMs: 0 };
    for (const preset of this.#presets.of(pod, container.name)) run = changedBy(preset, run, restartCount);
    return run;
  }

  #endOf(
    pod: Frozen<Pod>,
    { name, command, args }: AnyContainer,
    { entrypoint, exit }: ImageFamily,
  ): ProcessEnd | undefined {
    const end = endOfCommand([...(command ?? []), ...(args ?? [])]);
    if (end) return end.afterMs === Number.POSITIVE_INFINITY ? undefined : end;
    const init = pod.spec.initContainers?.find((container) => container.name === name);
    if (init) return init.restartPolicy === 'Always' ? undefined : { exitCode: 0, afterMs: 0 };
    if (command === undefined && exit) return { exitCode: exit.code ?? 0, afterMs: (exit.afterSeconds ?? 0) * 1000 };
    if (command === undefined && entrypoint === 'serve') return undefined;
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    return owner?.kind === 'Job' ? { exitCode: 0, afterMs: 0 } : undefined;
  }

  async probe(
    running: RunningPod,
    pod: Frozen<Pod>,
    container: AnyContainer,
    probe: Frozen<Probe>,
    livedMs: number,
  ): Promise<ProbeAnswer> {
    let holdsMs = Number.POSITIVE_INFINITY;
    for (const { name, afterMs = 0 } of this.#presets.of(pod, container.name)) {
      if (name !== 'unhealthy') continue;
      if (livedMs >= afterMs)
        return {
          isHealthy: false,
          output: 'HTTP probe failed with statuscode: 500',
          holdsMs: Number.POSITIVE_INFINITY,
        };
      holdsMs = Math.min(holdsMs, afterMs - livedMs);
    }
    if (probe.exec) {
      const { exitCode, output } = await this.exec(pod, container, probe.exec.command ?? []);
      return { isHealthy: exitCode === 0, output, holdsMs };
    }
    if (!this.#isKnown(container)) return { isHealthy: true, output: '', holdsMs };
    return { ...(await askPod(running, pod, container, probe)), holdsMs };
  }

  /** Whether it is known how a container answers: nobody knows what one does with files that it was given. */
  #isKnown({ command, image = '', volumeMounts = [] }: AnyContainer): boolean {
    if (command || this.#families.of(image).probes === 'succeed') return false;
    return volumeMounts.every(({ mountPath }) => mountPath?.startsWith('/var/run/secrets/'));
  }

  /** Commands that are not known succeed. */
  exec(_pod: Frozen<Pod>, _container: AnyContainer, command: readonly string[]): Promise<Executed> {
    return Promise.resolve({ exitCode: 0, afterMs: 0, ...endOfCommand(command), output: '' });
  }

  open(pod: Frozen<Pod>, podIP: string): RunningPod {
    return runPod(pod, podIP, this.#families);
  }
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
      return { ...run, stop: { ...run.stop, afterMs: afterMs === 0 ? Number.POSITIVE_INFINITY : afterMs } };
    default:
      return run;
  }
}

const withoutEnd = ({ end: _end, ...run }: ContainerRun): ContainerRun => run;
