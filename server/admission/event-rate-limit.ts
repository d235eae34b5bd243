/** Events come no faster than the configuration allows: EventRateLimit. Off by default. */
import type { Clock } from '../base/clock.ts';
import { ApiError } from '../kube/api-error.ts';
import type { Event } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

export type EventLimitType = 'Server' | 'Namespace' | 'User' | 'SourceAndObject';

export interface EventLimit {
  readonly type: EventLimitType;
  readonly qps: number;
  readonly burst: number;
  /** How many namespaces, users or sources are remembered. */
  readonly cacheSize: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Limits go by the clock of the cluster. */
export function eventRateLimit({ clock }: { readonly clock: Clock }, limits: readonly EventLimit[]): AdmissionPlugin {
  const enforcers = limits.map((limit) => enforcer(limit, clock));
  return {
    name: 'EventRateLimit',
    handles: (kind) => isObjectOf(kind, 'events') && (kind.operation === 'create' || kind.operation === 'update'),
    validate(review) {
      // Those of events.k8s.io are of another kind to upstream.
      if (review.dryRun || (review.asked?.info.group ?? '') !== '') return;
      const refusals = [...new Set(enforcers.flatMap((refuse) => refuse(review) ?? []))];
      if (refusals.length === 0) return;
      const why = refusals.length > 1 ? `[${refusals.join(', ')}]` : refusals[0];
      throw new ApiError(429, 'TooManyRequests', `Too many requests: ${why}`);
    },
  };
}

/** Tells why an event is one too many. */
function enforcer({ type, qps, burst, cacheSize }: EventLimit, clock: Clock): (review: Review) => string | undefined {
  const buckets = new Map<string, Bucket>();
  return (review) => {
    const key = keyOf(type, review);
    const nowMs = clock.now();
    const { tokens, atMs } = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const filled = Math.min(burst, tokens + (Math.max(0, nowMs - atMs) * qps) / 1000);
    const isAllowed = filled >= 1;
    buckets.delete(key);
    buckets.set(key, { tokens: isAllowed ? filled - 1 : filled, atMs: nowMs });
    const [oldest] = buckets.keys();
    if (buckets.size > cacheSize && oldest !== undefined) buckets.delete(oldest);
    return isAllowed ? undefined : `limit reached on type ${type} for key ${key}`;
  };
}

function keyOf(type: EventLimitType, { key, user, object }: Review): string {
  if (type === 'Server') return '';
  if (type === 'Namespace') return key.namespace;
  if (type === 'User') return user.name;
  const { source, involvedObject: about } = object as unknown as Event;
  const parts = [source.component, source.host, about.kind, about.namespace, about.name, about.uid, about.apiVersion];
  return parts.map((part) => part ?? '').join('');
}
