/** What a kubelet knows of a pod and does not tell: when things began, to the millisecond, and what probes said. */
import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, Pod } from '../../server/kube/types.gen.ts';
import type { Rejection } from './admission.ts';
import { BackOffs } from './back-off.ts';
import type { HookEnd } from './hooks.ts';
import type { PodReferences } from './pod-references.ts';
import type { PodSurroundings } from './runtime/files/pod-surroundings.ts';
import type { PodSandbox, ProbeAnswer } from './runtime/pod-runtime.ts';

/** How a kind of probe stands, for one run of a container. */
export interface ProbeState {
  /** When it is due. Infinity when nobody has to ask again. */
  nextMs: number;
  /** Of what runs, as far as they were heeded. */
  disturbances?: number;
  /** What somebody said of probes, as far as it was heeded. */
  told?: number;
  /** What counts, after thresholds. */
  result: 'success' | 'failure' | 'unknown';
  last?: 'success' | 'failure';
  /** How often in a row it said the last. */
  times: number;
  /** How often it could not be asked. */
  errors?: number;
  /** What was said in the meantime. */
  answer?: ProbeAnswer;
}

/** How a container that is being stopped will end, unless it does sooner. */
export interface Stop {
  atMs: number;
  exitCode: number;
  /** It begins anew, however it ends. */
  again?: boolean;
}

/** One run of a container. */
export interface RunMemory {
  readonly restartCount: number;
  readonly image: string;
  readonly startedMs: number;
  /** Since when it counts as started: its startup probe has succeeded. */
  startupMs?: number;
  /** It is to end although its pod goes on: a probe or a hook failed. */
  stop?: Stop;
  /** When it ended. */
  endedMs?: number;
  /** Until when its postStart hook runs: so long nobody is told that it does. */
  hookUntilMs?: number;
  /** How it ended, if that was not known when it began. */
  hookEnd?: HookEnd;
  readonly probes: Map<'startup' | 'liveness' | 'readiness', ProbeState>;
}

/** The pulls of one container. */
export interface PullMemory {
  readonly image: string;
  readonly firstMs: number;
  failures: number;
  failedMs?: number;
  error?: string;
}

/** Why a kubelet ends a pod by itself. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** How long its containers may take, if not as long as the pod says. */
  readonly graceSeconds?: number;
  /** Whether that is told before they have ended. */
  readonly isToldAtOnce?: boolean;
}

/** How the pod as a whole is being stopped. */
export interface Stopping {
  readonly failure?: Failure;
  graceMs: number;
  readonly sinceMs: number;
  readonly stops: Map<string, Stop>;
  /** Sidecars that wait for all others to end before they are told to: the next one is the last. */
  readonly late: { readonly container: Frozen<Container>; readonly restartCount: number }[];
}

export interface PodMemory {
  readonly uid: string;
  readonly node: string;
  /** When the kubelet saw it first. */
  readonly seenMs: number;
  /** How far the clock had been set on or back when times were noted here. */
  shiftedMs: number;
  /** Set as soon as it has a sandbox, and with it an address. */
  podIP?: string;
  /** All of its addresses, that one first. */
  podIPs?: readonly string[];
  refs?: PodReferences;
  surroundings?: PodSurroundings;
  running?: PodSandbox;
  /** Why the node does not take it. */
  readonly rejection?: Rejection;
  hasToldRejection?: boolean;
  readonly runs: Map<string, RunMemory>;
  readonly pulls: Map<string, PullMemory>;
  readonly restarts: BackOffs;
  readonly pullBackOffs: BackOffs;
  stopping?: Stopping;
  /** Whether it waits for objects that it refers to. */
  waits: boolean;
  /** The last thing that was told about what it waits for. */
  toldWait?: string;
  /** When a volume that could not be mounted is tried again, and how long that was waited for. */
  mountRetry?: { readonly dueMs: number; readonly delayMs: number };
  /** What was told last about what it says of its behaviour. */
  complaint?: string | undefined;
  /** Those that it had when it was looked at last. */
  labels?: Frozen<Pod>['metadata']['labels'];
  /** Something happened in one of its containers since it was looked at. */
  isWoken?: boolean;
  /** As it was after the last report. */
  latest?: Frozen<Pod>;
  /** How often something that it depends on has changed. */
  disturbances: number;
  /** While it is of this version there is nothing to do before that time. */
  calm?: { readonly resourceVersion: string; readonly untilMs: number };
}

export function newPodMemory(uid: string, node: string, clock: Clock): PodMemory {
  return {
    uid,
    node,
    seenMs: clock.now(),
    shiftedMs: clock.shiftedMs ?? 0,
    runs: new Map(),
    pulls: new Map(),
    restarts: new BackOffs(),
    pullBackOffs: new BackOffs(),
    waits: false,
    disturbances: 0,
  };
}
