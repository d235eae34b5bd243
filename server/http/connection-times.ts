import type { Server, ServerOptions } from 'node:http';
import { type Clock, systemClock } from '../base/clock.ts';
import { LIMITS } from '../kube/limits.ts';

/** How long clients may keep connections that they do not use. */
export interface ConnectionTimes extends Readonly<Record<'headMs' | 'idleMs' | 'lookMs', number>> {
  /** That of the machine, whatever time it is in a cluster. */
  readonly clock: Clock;
}

/** Those of a kube-apiserver. */
export const CONNECTION_TIMES: ConnectionTimes = {
  clock: systemClock(),
  headMs: LIMITS.headMs,
  idleMs: LIMITS.idleMs,
  lookMs: LIMITS.lookMs,
};

/** What Node's server is told of them. */
export const http1Times = ({ headMs, idleMs, lookMs }: ConnectionTimes): ServerOptions => ({
  headersTimeout: headMs,
  // How long a body takes is not looked at upstream, either.
  requestTimeout: 0,
  keepAliveTimeout: idleMs,
  connectionsCheckingInterval: lookMs,
});

/** Node only looks at the connections of a server that listens; this one is handed those that others accept. */
export function lookAtConnections(server: Server): void {
  server.emit('listening');
}

/** Nothing of a server that does not listen would say so. */
export function lookNoMore(server: Server): void {
  if (!server.listening) server.close();
}
