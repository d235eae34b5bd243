/** Deletes requests that nobody needs any more: issued, denied or failed for an hour, pending for a day. */
import { X509Certificate } from 'node:crypto';
import type { Cancel } from '../../server/base/clock.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { CertificateSigningRequest } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { loggedError } from '../lib/failure-log.ts';
import { ACCOUNT, isIssued, REQUESTS, type Request } from './requests.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const POLL_MS = HOUR_MS;

function isOld(time: string | undefined, longestMs: number, nowMs: number): boolean {
  return time !== undefined && nowMs - Date.parse(time) > longestMs;
}

/** Whether the time of a request is over. */
export function isDone(request: Request, nowMs: number): boolean {
  const { conditions = [] } = request.status;
  if (conditions.length === 0 && isOld(request.metadata.creationTimestamp, DAY_MS, nowMs)) return true;
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return isOld(lastUpdateTime, HOUR_MS, nowMs);
    if (type !== 'Approved') return false;
    if (!isIssued(request)) return isOld(lastUpdateTime, DAY_MS, nowMs);
    return isOld(lastUpdateTime, HOUR_MS, nowMs) || isExpired(request, nowMs);
  });
}

function isExpired({ status }: Request, nowMs: number): boolean {
  try {
    return nowMs > Date.parse(new X509Certificate(Buffer.from(status.certificate ?? '', 'base64')).validTo);
  } catch {
    return false;
  }
}

async function clean(env: ControllerEnv): Promise<void> {
  for (const request of env.lister<CertificateSigningRequest>(REQUESTS).list()) {
    if (!isDone(request, env.clock.now())) continue;
    try {
      await env.client.delete(REQUESTS, keyOf(request));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }
}

function start(env: ControllerEnv): Cancel {
  let cancel: Cancel = () => undefined;
  const poll = (): void => {
    clean(env).catch((err: unknown) => env.log.warn(loggedError(err), 'requests for certificates were not cleaned up'));
    cancel = env.clock.schedule(POLL_MS, poll, 'upkeep');
  };
  poll();
  return () => cancel();
}

export const cleaner: ControllerDefinition = {
  name: 'certificatesigningrequest-cleaner-controller',
  account: ACCOUNT,
  watches: [],
  reads: [REQUESTS],
  start,
  reconcile: () => Promise.resolve(undefined),
};
