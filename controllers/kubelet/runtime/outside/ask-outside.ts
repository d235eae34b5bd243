/** Probes of what answers for a pod and is no program of it. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../../server/base/clock.ts';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { HTTPGetAction, Pod, Probe } from '../../../../server/kube/types.gen.ts';
import { type Asked, askPod, reachesPod } from '../ask-pod.ts';
import type { AnyContainer, PodSandbox, ProbeAnswer } from '../pod-runtime.ts';
import { hostPort, portNumber, probedPort, urlOf } from '../probe-target.ts';

/** Whether a probe is one of those. */
export function isAnsweredProbe(running: PodSandbox, container: AnyContainer, probe: Frozen<Probe>): boolean {
  const port = probedPort(probe, container);
  return typeof port === 'number' && running.isAnswered(port);
}

/** Asks once; what is answered may be something else the next time. */
export async function askOutside(
  running: PodSandbox,
  pod: Frozen<Pod>,
  container: AnyContainer,
  probe: Frozen<Probe>,
): Promise<ProbeAnswer> {
  const { timeoutSeconds = 1 } = probe;
  const visit = new Visit(running);
  try {
    const answer = await running.within(timeoutSeconds * 1000, askPod(visit, pod, container, probe));
    return { ...(answer ?? { isHealthy: false, output: lateOutput(pod, container, probe) }), holdsMs: 0 };
  } finally {
    visit.end();
  }
}

/** How long a hook waits for whoever it asks: a kubelet has no limit, and a goroutine for each pod. */
const HOOK_MS = 30_000;

/** Whether a hook's request was answered, by a program of the pod or by somebody else. */
export async function reachesAnyone(
  running: PodSandbox,
  container: AnyContainer,
  get: Frozen<HTTPGetAction>,
): Promise<boolean> {
  const port = portNumber(get.port, container);
  if (typeof port === 'string' || !running.isAnswered(port)) return reachesPod(running, container, get);
  const visit = new Visit(running);
  try {
    return (await running.within(HOOK_MS, reachesPod(visit, container, get))) ?? false;
  } finally {
    visit.end();
  }
}

/** Connections that end with whoever has opened them, also those that nobody has answered on. */
class Visit implements Asked {
  readonly clock: Clock;
  readonly #running: PodSandbox;
  readonly #open: Duplex[] = [];
  #isOver = false;

  constructor(running: PodSandbox) {
    this.#running = running;
    this.clock = running.clock;
  }

  async dial(port: number): Promise<Duplex> {
    const connection = await this.#running.dial(port);
    this.#open.push(connection);
    if (this.#isOver) connection.destroy();
    return connection;
  }

  end(): void {
    this.#isOver = true;
    for (const connection of this.#open) connection.destroy();
  }
}

/** The words of Go's net/http and net for a time that is over. */
function lateOutput(pod: Frozen<Pod>, container: AnyContainer, probe: Frozen<Probe>): string {
  const port = Number(probedPort(probe, container));
  const podIP = pod.status.podIP ?? '';
  if (!probe.httpGet) return `dial tcp ${hostPort(podIP, port)}: i/o timeout`;
  const url = urlOf(probe.httpGet, podIP, port);
  return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
}
