/** Asks another API server for the page that it has to have. */

import { goQuote } from '../../kube/go-quote.ts';
import type { User } from '../../kube/object.ts';
import { OutboundError } from '../../kube/outbound.ts';
import type { RemoteServer } from './remote-api.ts';

/** As whom the server finds out about others; members of the group may do everything there too. */
export const AGGREGATOR: User = { name: 'system:kube-aggregator', groups: ['system:masters'] };

const TIMEOUT_MS = 5000;
/** One success is enough: requests may reach different endpoints. */
const ATTEMPTS = 5;
const HEADERS = { 'user-agent': 'Go-http-client/1.1' };

/** @returns what went wrong in the last attempt, where all failed */
export async function checkDiscovery(remote: RemoteServer): Promise<string | undefined> {
  if ((await attempt(remote)) === undefined) return undefined;
  // The others are made at once, as each may take its whole time.
  const others = await Promise.all(Array.from({ length: ATTEMPTS - 1 }, () => attempt(remote)));
  return others.includes(undefined) ? undefined : others.at(-1);
}

async function attempt(remote: RemoteServer): Promise<string | undefined> {
  let url: string;
  try {
    url = `${remote.origin()}${remote.path}`;
  } catch (error) {
    return (error as Error).message;
  }
  const fault = await faultOf(remote, url);
  return fault === undefined ? undefined : `failing or missing response from ${url}: ${fault}`;
}

async function faultOf(remote: RemoteServer, url: string): Promise<string | undefined> {
  try {
    const { status } = await remote.get(remote.path, AGGREGATOR, { headers: HEADERS, timeoutMs: TIMEOUT_MS });
    return status >= 200 && status < 300 ? undefined : `bad status from ${url}: ${status}`;
  } catch (error) {
    const { message } = error as Error;
    const isTimeout = error instanceof OutboundError && error.isTimeout;
    return `Get ${goQuote(url)}: ${message}${isTimeout ? ' (Client.Timeout exceeded while awaiting headers)' : ''}`;
  }
}
