import type { Network } from '../machine/network.ts';

/** What a pod reaches besides itself. */
export interface OuterNetwork extends Pick<Network, 'dial' | 'query' | 'extensionServers'> {
  /** Whether the API server is what listens there. */
  isApiServer?(address: string, port: number): boolean;
}
