import type { Duplex } from 'node:stream';
import type { Key } from './object.ts';

/** A pod that runs: what the server may do with it, whoever runs it. */
export interface RunningPod {
  /** A connection to a port of the pod. @throws Error when nothing listens there */
  dial(port: number): Promise<Duplex>;
}

/** The one door to pods: the kubelet registers here what it runs. */
export interface NodeConnector {
  /** Undefined when the pod does not run. */
  pod(key: Key): RunningPod | undefined;
}
