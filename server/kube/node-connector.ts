import type { Duplex, Readable, Writable } from 'node:stream';
import type { Key } from './object.ts';
import type { PodScript } from './pod-script.ts';

/** How large a terminal is, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a program in a container reads and writes. Streams that nobody asked for are absent. */
export interface ProcessStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  /** With a terminal everything goes to `stdout`. */
  readonly stderr?: Writable;
  readonly terminal?: {
    /** Calls back with the size of the terminal, as soon as it is known and whenever it changes. */
    onResize(resized: (size: TerminalSize) => void): void;
  };
}

/** A program that runs in a container. */
export interface RunningProcess {
  /** Resolves when the program has ended and everything that it wrote is written: 128 + the signal that ended it. */
  readonly exitCode: Promise<number>;
  /** Whoever asked for it is gone. */
  hangUp(): void;
}

/** Which lines of a container's log are wanted. */
export interface LogRequest {
  readonly follow: boolean;
  /** Of the run before this one. */
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Lines from this time on, in milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly signal: AbortSignal;
}

/** What the program of a container uses. */
export interface ContainerUsage {
  /** Since it began. */
  readonly cpuSeconds: number;
  /** Just now. */
  readonly memoryBytes: number;
}

/** The other end of a connection. */
export interface PeerAddress {
  readonly address: string;
  readonly port: number;
}

/** A pod that runs: what the server may do with it, whoever runs it. */
export interface RunningPod {
  /**
   * A connection to a port of the pod.
   *
   * @param from whom the pod sees as its client, if it is another pod
   * @throws Error when nothing listens there
   */
  dial(port: number, from?: PeerAddress): Promise<Duplex>;
  /** The same for whoever forwards a port, which may lead somewhere else. @throws Error */
  forward?(port: number): Promise<Duplex>;
  /**
   * Hands a datagram (UDP) to whoever has a socket at a port of the pod.
   *
   * @returns whether anybody has
   */
  deliver?(port: number, data: Buffer, from: PeerAddress): Promise<boolean>;
  /** Starts a program in a container. @throws ApiError that says what is not simulated, and how to script it */
  exec?(container: string, command: readonly string[], streams: ProcessStreams): Promise<RunningProcess>;
  /** Joins the container's own program. @throws ApiError */
  attach?(container: string, streams: ProcessStreams): Promise<RunningProcess>;
  /** The log, chunk by chunk; ends when it has been read, or with the container when it is followed. */
  logs?(container: string, request: LogRequest): AsyncIterable<Buffer>;
  /** Whether somebody says which file stands for the log of a container that runs, or of its run before. */
  hasLogFile?(container: string, previous: boolean): boolean;
  /** What a container uses; undefined when it does not run. */
  measure?(container: string): ContainerUsage | undefined;
  /** Has it do what somebody says. */
  readonly script?: PodScript;
}

/** The one door to pods: the kubelet registers here what it runs. */
export interface NodeConnector {
  /** Undefined when the pod does not run. */
  pod(key: Key): RunningPod | undefined;
  /** The same for whoever only looks: nothing is started because of it. */
  present?(key: Key): RunningPod | undefined;
  /** Whether a node is simulated, and not lost. */
  manages?(node: string): boolean;
  /** A pod that is over and was not deleted yet: only its logs are left. */
  past?(key: Key): Pick<RunningPod, 'logs'> | undefined;
}

/** The way of pods to the API server, which is no pod. */
export interface ApiServerDoor {
  /** Whether the server is what listens there: behind the service `kubernetes`, or where else it is named. */
  isAt(address: string, port: number): boolean;
  /** A connection as whoever dials the server's port has it. @param from the pod, as the server sees it */
  connect(from: PeerAddress): Duplex;
}
