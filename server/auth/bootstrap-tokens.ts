/**
 * Tokens with which new nodes come in: `id.secret`, kept in secrets of kube-system
 * (plugin/pkg/auth/authenticator/token/bootstrap).
 */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import {
  BOOTSTRAP_TOKEN_NAMESPACE,
  BOOTSTRAP_TOKEN_TYPE,
  bootstrapTokenField,
  bootstrapTokenLeftMs,
} from '../kube/bootstrap-token.ts';
import type { Secret } from '../kube/types.gen.ts';
import type { ObjectLookup } from './stored-objects.ts';
import type { TokenAuthenticator, TokenResult } from './token-authenticator.ts';
import { authenticated } from './well-known-users.ts';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = 'system:bootstrappers';
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export class BootstrapTokens implements TokenAuthenticator {
  readonly #objects: ObjectLookup;
  readonly #clock: Clock;

  constructor(objects: ObjectLookup, clock: Clock) {
    this.#objects = objects;
    this.#clock = clock;
  }

  authenticate(token: string, audiences: readonly string[]): TokenResult | undefined {
    const [, id, secretText] = TOKEN.exec(token) ?? [];
    if (id === undefined || secretText === undefined) return undefined;
    const key = { namespace: BOOTSTRAP_TOKEN_NAMESPACE, name: `bootstrap-token-${id}` };
    const secret = this.#objects.find('secrets', key)?.value as Frozen<Secret> | undefined;
    if (!secret || secret.type !== BOOTSTRAP_TOKEN_TYPE || secret.metadata.deletionTimestamp) return undefined;
    const has = (field: string): string => bootstrapTokenField(secret, field);
    if (!isSame(has('token-secret'), secretText) || has('token-id') !== id) return undefined;
    if ((bootstrapTokenLeftMs(secret, this.#clock.now()) ?? 1) <= 0) return undefined;
    if (has('usage-bootstrap-authentication') !== 'true') return undefined;
    const groups = groupsOf(has('auth-extra-groups'));
    return groups && { user: authenticated({ name: `system:bootstrap:${id}`, groups }), audiences };
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A group of another kind makes the whole token useless. */
function groupsOf(text: string): string[] | undefined {
  const extra = text === '' ? [] : text.split(',');
  if (!extra.every((group) => EXTRA_GROUP.test(group))) return undefined;
  return [...new Set([GROUP, ...extra])].sort();
}
