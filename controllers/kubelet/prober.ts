/** Probes of one run of a container: k8s.io/kubernetes/pkg/kubelet/prober. */
import type { Frozen } from '../../server/base/freeze.ts';
import { rest } from '../../server/base/turn.ts';
import type { ContainerStatus, Probe } from '../../server/kube/types.gen.ts';
import { type ProbeKind, ProbeState, type RunMemory } from './pod-memory.ts';
import type { AnyContainer, ProbeAnswer } from './runtime/pod-runtime.ts';
import { soon } from './soon.ts';

export interface ProbeFacts {
  readonly container: AnyContainer;
  readonly status: Frozen<ContainerStatus>;
  readonly run: RunMemory;
  /** How long it is not ready, whatever is asked. */
  readonly readyAfterMs: number;
  /** Whether somebody said that it is not ready: its readiness probe fails, and nobody waits until that counts. */
  readonly isToldOff: boolean;
  readonly nowMs: number;
  /** How often somebody changed what runs: answers that were to hold may not hold any more. */
  readonly disturbances: number;
  /** How often somebody said how its probes are to go. */
  readonly told: number;
  readonly ask: (probe: Frozen<Probe>) => Promise<ProbeAnswer>;
  /** The cluster has not settled until the returned function is called. */
  readonly begin: () => () => void;
  /** Called when an answer came later, at this time. */
  readonly answered: () => number;
}

export interface Probed {
  readonly started: boolean;
  readonly ready: boolean;
  /** The probe that failed often enough for the container to be killed. */
  readonly killedBy?: 'startup' | 'liveness';
  /** What failed probes said. */
  readonly unhealthy: readonly string[];
  /** When something is due. */
  readonly nextMs: number;
}

/** Asks what is due to be asked, and says what follows from all that was answered so far. */
export async function runProbes(facts: ProbeFacts): Promise<Probed> {
  const { container, run, nowMs, readyAfterMs, isToldOff } = facts;
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const unhealthy: string[] = [];
  const probed = async (kind: ProbeKind, probe: Frozen<Probe>, sinceMs: number): Promise<ProbeState> =>
    runProbe(kind, probe, sinceMs, facts, unhealthy);
  let nextMs = Number.POSITIVE_INFINITY;
  const due = ({ nextMs: dueMs }: ProbeState): void => {
    nextMs = Math.min(nextMs, dueMs);
  };
  if (startupProbe && run.startupMs === undefined) {
    const state = await probed('startup', startupProbe, run.startedMs);
    if (state.result === 'failure') return { started: false, ready: false, killedBy: 'startup', unhealthy, nextMs };
    if (state.result !== 'success') return { started: false, ready: false, unhealthy, nextMs: state.nextMs };
    run.startupMs = nowMs;
  }
  const startedMs = run.startupMs ?? run.startedMs;
  if (livenessProbe) {
    const state = await probed('liveness', livenessProbe, startedMs);
    if (state.result === 'failure')
      return { started: true, ready: facts.status.ready, killedBy: 'liveness', unhealthy, nextMs };
    due(state);
  }
  let ready = nowMs >= run.startedMs + readyAfterMs;
  if (!ready) nextMs = Math.min(nextMs, run.startedMs + readyAfterMs);
  else if (readinessProbe) {
    const state = await probed('readiness', readinessProbe, startedMs);
    ready = state.result === 'success';
    due(state);
  }
  return { started: true, ready: ready && !isToldOff, unhealthy, nextMs };
}

async function runProbe(
  kind: ProbeKind,
  probe: Frozen<Probe>,
  sinceMs: number,
  { run, nowMs, status, ask, begin, answered, disturbances, told, isToldOff }: ProbeFacts,
  unhealthy: string[],
): Promise<ProbeState> {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3, successThreshold = 1 } = probe;
  let state = run.probes[kind];
  if (!state) {
    const firstMs = Math.max(sinceMs, run.startedMs + initialDelaySeconds * 1000);
    // A kubelet that was started anew goes by what it said before.
    state = new ProbeState(firstMs, kind === 'readiness' && status.ready ? 'success' : 'unknown');
    run.probes[kind] = state;
  }
  if (disturbances !== state.disturbances) {
    state.disturbances = disturbances;
    if (!probe.exec) state.nextMs = Math.min(state.nextMs, nowMs + periodSeconds * 1000);
  }
  if (told !== state.told) {
    state.told = told;
    state.nextMs = Math.min(state.nextMs, nowMs + periodSeconds * 1000);
  }
  if (kind === 'readiness' && isToldOff !== state.isToldOff) {
    state.isToldOff = isToldOff;
    // It is asked at once, unless it is too early to ask it at all.
    if (state.last !== undefined) state.nextMs = nowMs;
  }
  if (nowMs < state.nextMs) return state;
  const answer = state.answer ?? (await answerOf(probe, state, { ask, begin, answered }));
  state.answer = undefined;
  if (!answer) return state;
  const { isHealthy, output, holdsMs, errored } = answer;
  const title = `${kind[0]?.toUpperCase()}${kind.slice(1)} probe`;
  const periodMs = periodSeconds * 1000;
  if (errored) {
    // Upstream throws the result away, and asks on: so do we until everybody knows, if it cannot be another one.
    unhealthy.push(`${title} errored and resulted in unknown state: ${output}`);
    state.errors++;
    state.nextMs =
      nowMs + (state.errors >= failureThreshold && holdsMs === Number.POSITIVE_INFINITY ? holdsMs : periodMs);
    return state;
  }
  const said = isHealthy ? 'success' : 'failure';
  state.times = state.last === said ? state.times + 1 : 1;
  state.last = said;
  if (!isHealthy) unhealthy.push(`${title} failed: ${output}`);
  if (state.times >= (isHealthy ? successThreshold : failureThreshold)) state.result = said;
  state.nextMs = nextMsOf(state, nowMs, periodMs, isHealthy ? holdsMs : 0);
  return state;
}

/** For how long, in real time, a cluster waits for an answer: a program that is wanted first is loaded then. */
const BUSY_MS = 2000;
/** How many turns a server gets. */
const SERVER_TURNS = 500;

/** Commands may take their time, and servers; meanwhile nothing else is due. */
async function answerOf(
  probe: Frozen<Probe>,
  state: ProbeState,
  { ask, begin, answered }: Pick<ProbeFacts, 'ask' | 'begin' | 'answered'>,
): Promise<ProbeAnswer | undefined> {
  const asked = ask(probe);
  // Servers answer within some turns, if they do.
  const answer = await soon(asked, probe.exec ? undefined : SERVER_TURNS);
  if (answer) return answer;
  state.nextMs = Number.POSITIVE_INFINITY;
  // Commands say so themselves.
  if (!probe.exec) void Promise.race([asked, rest(BUSY_MS)]).finally(begin());
  void asked.then((late) => {
    state.answer = late;
    state.nextMs = answered();
  });
  return undefined;
}

/** Nobody asks again before the answer can be another one, once it counts. */
function nextMsOf({ result, last }: ProbeState, nowMs: number, periodMs: number, holdsMs: number): number {
  if (result !== last || holdsMs <= periodMs) return nowMs + periodMs;
  return holdsMs === Number.POSITIVE_INFINITY ? holdsMs : nowMs + Math.ceil(holdsMs / periodMs) * periodMs;
}
