/** What answers at ports of pods although it is no program of theirs. */
import type { Duplex } from 'node:stream';
import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { PeerAddress } from './node-connector.ts';
import type { Container, Pod } from './types.gen.ts';

/** Opens a connection. @param from whom the other end sees, if it can. @throws Error when nobody answers */
export type Dial = (from?: PeerAddress) => Promise<Duplex>;

/** Functions that answer for pods. */
export interface PodAnswers {
  /** @returns undefined for a port that the programs of the pod answer at */
  find(pod: Frozen<Pod>, port: number): Dial | undefined;
  /** Calls back when something else answers from now on, for pods that the given function says yes to. */
  onChange(changed: (isMeant: (pod: Frozen<Pod>) => boolean) => void): Cancel;
}

/** A server that runs somewhere. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** The way to servers outside of the cluster, as far as whoever started it lets behaviours of pods go. */
export interface Upstreams {
  allows(upstream: Upstream): boolean;
  /** @throws Error when it is not allowed, or nobody answers there */
  connect(upstream: Upstream): Promise<Duplex>;
}

/** Nobody answers but the programs of pods. */
export const noAnswers: PodAnswers = { find: () => undefined, onChange: () => () => undefined };

/** No way out. */
export const noUpstreams: Upstreams = {
  allows: () => false,
  connect: () => Promise.reject(new Error('there is no way out of the cluster')),
};

/** The TCP ports that containers say they listen on. */
export function tcpPorts(containers: readonly Pick<Frozen<Container>, 'ports'>[]): number[] {
  return containers.flatMap(({ ports }) =>
    (ports ?? []).filter(({ protocol }) => protocol === 'TCP').map(({ containerPort }) => containerPort),
  );
}

/** Whether something that names no port is meant by one: those that a pod declares, or all if it declares none. */
export function isAnyPort({ spec }: Frozen<Pod>, port: number): boolean {
  const declared = tcpPorts([...(spec.containers ?? []), ...(spec.initContainers ?? [])]);
  return declared.length === 0 || declared.includes(port);
}
