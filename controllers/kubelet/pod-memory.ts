/** What a kubelet knows of a pod and does not tell: when things began, to the millisecond, and what probes said. */
import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Container, Pod } from '../../server/kube/types.gen.ts';
import type { Rejection } from './admission.ts';
import { BackOffs } from './back-off.ts';
import type { HookEnd } from './hooks.ts';
import type { PodReferences } from './pod-references.ts';
import type { PodSurroundings } from './runtime/files/pod-surroundings.ts';
import type { PodSandbox, ProbeAnswer } from './runtime/pod-runtime.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** How a kind of probe stands, for one run of a container. */
export class ProbeState {
  /** When it is due. Infinity when nobody has to ask again. */
  nextMs: number;
  /** Of what runs, as far as they were heeded. */
  disturbances = 0;
  /** What somebody said of probes, as far as it was heeded. */
  told = 0;
  /** What counts, after thresholds. */
  result: 'success' | 'failure' | 'unknown';
  last: 'success' | 'failure' | undefined;
  /** How often in a row it said the last. */
  times = 0;
  /** Whether it fails because somebody said that it shall. */
  isToldOff = false;
  /** How often it could not be asked. */
  errors = 0;
  /** What was said in the meantime. */
  answer: ProbeAnswer | undefined;

  constructor(nextMs: number, result: ProbeState['result']) {
    this.nextMs = nextMs;
    this.result = result;
  }
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
  readonly probes: { [kind in ProbeKind]?: ProbeState };
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
  /** Whether the pod counts as not ready before they have ended. */
  readonly isUnreadyAtOnce?: boolean;
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

/** There is one for each pod that runs: all of its fields are there from the start, and what few need comes later. */
export class PodMemory {
  readonly key: Key;
  readonly uid: string;
  readonly node: string;
  /** When the kubelet saw it first. */
  readonly seenMs: number;
  /** How far the clock had been set on or back when times were noted here. */
  shiftedMs: number;
  /** Set as soon as it has a sandbox, and with it an address. */
  podIP: string | undefined;
  /** All of its addresses, that one first. */
  podIPs: readonly string[] | undefined;
  refs: PodReferences | undefined;
  surroundings: PodSurroundings | undefined;
  running: PodSandbox | undefined;
  /** Why the node does not take it. */
  readonly rejection: Rejection | undefined;
  hasToldRejection = false;
  readonly runs = new Map<string, RunMemory>();
  #pulls: Map<string, PullMemory> | undefined;
  #restarts: BackOffs | undefined;
  #pullBackOffs: BackOffs | undefined;
  stopping: Stopping | undefined;
  /** Whether it waits for objects that it refers to. */
  waits = false;
  /** The last thing that was told about what it waits for. */
  toldWait: string | undefined;
  /** When a volume that could not be mounted is tried again, and how long that was waited for. */
  mountRetry: { readonly dueMs: number; readonly delayMs: number } | undefined;
  /** What was told last about what it says of its behaviour. */
  complaint: string | undefined;
  /** Those that it had when it was looked at last. */
  labels: Frozen<Pod>['metadata']['labels'];
  /** Something happened in one of its containers since it was looked at. */
  isWoken = false;
  /** As it was after the last report. */
  latest: Frozen<Pod> | undefined;
  /** How often something that it depends on has changed. */
  disturbances = 0;
  /** While it is of this version there is nothing to do before that time. */
  calm: { readonly resourceVersion: string; readonly untilMs: number } | undefined;

  constructor(key: Key, uid: string, node: string, clock: Clock, rejection?: Rejection) {
    this.key = key;
    this.uid = uid;
    this.node = node;
    this.seenMs = clock.now();
    this.shiftedMs = clock.shiftedMs ?? 0;
    this.rejection = rejection;
  }

  /** Pulls that go on, or have failed. */
  get pulls(): readonly PullMemory[] {
    return this.#pulls ? [...this.#pulls.values()] : [];
  }

  pullOf(container: string): PullMemory | undefined {
    return this.#pulls?.get(container);
  }

  notePull(container: string, pull: PullMemory): void {
    this.#pulls ??= new Map();
    this.#pulls.set(container, pull);
  }

  endPull(container: string): void {
    this.#pulls?.delete(container);
    if (this.#pulls?.size === 0) this.#pulls = undefined;
  }

  get restarts(): BackOffs {
    this.#restarts ??= new BackOffs();
    return this.#restarts;
  }

  get pullBackOffs(): BackOffs {
    this.#pullBackOffs ??= new BackOffs();
    return this.#pullBackOffs;
  }
}
