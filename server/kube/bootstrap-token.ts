/** What secrets of type bootstrap.kubernetes.io/token say (k8s.io/cluster-bootstrap/util/secrets). */
import { type Frozen, getOwn } from '../base/freeze.ts';
import type { Secret } from './types.gen.ts';

export const BOOTSTRAP_TOKEN_TYPE = 'bootstrap.kubernetes.io/token';
export const BOOTSTRAP_TOKEN_NAMESPACE = 'kube-system';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The text of a field; '' where there is none. */
export function bootstrapTokenField(secret: Frozen<Secret>, field: string): string {
  return Buffer.from(getOwn(secret.data, field) ?? '', 'base64').toString();
}

/**
 * How long a token is good from now on; undefined for one without an end. What is no time has passed.
 *
 * @returns 0 or less when its time is over
 */
export function bootstrapTokenLeftMs(secret: Frozen<Secret>, nowMs: number): number | undefined {
  const text = bootstrapTokenField(secret, 'expiration');
  if (text === '') return undefined;
  const timeMs = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? 0 : timeMs - nowMs;
}
