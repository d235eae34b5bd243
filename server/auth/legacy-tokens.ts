/**
 * Tokens that lie in secrets of type kubernetes.io/service-account-token. They never expire: they are good as long as
 * the secret holds them (pkg/serviceaccount/legacy.go).
 */
import { rfc3339 } from '../base/clock.ts';
import { type Frozen, getOwn } from '../base/freeze.ts';
import type { Key, KubeObject, User } from '../kube/object.ts';
import type { Secret, ServiceAccount } from '../kube/types.gen.ts';
import { serviceAccountGroups, serviceAccountUserName } from './service-account-names.ts';
import type { ObjectLookup } from './stored-objects.ts';
import { authenticated } from './well-known-users.ts';

export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

const NAMESPACE = 'kubernetes.io/serviceaccount/namespace';
const SECRET_NAME = 'kubernetes.io/serviceaccount/secret.name';
const ACCOUNT_NAME = 'kubernetes.io/serviceaccount/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/serviceaccount/service-account.uid';

const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const DAY_MS = 24 * 60 * 60 * 1000;

/** The claims, in the order in which upstream prints them. */
export interface LegacyClaims {
  readonly iss: string;
  readonly [NAMESPACE]: string;
  readonly [SECRET_NAME]: string;
  readonly [ACCOUNT_NAME]: string;
  readonly [ACCOUNT_UID]: string;
  readonly sub: string;
}

/** What a token in a secret says: whose it is, and where it lies. */
export function legacyClaims(account: Frozen<KubeObject>, secretName: string): LegacyClaims {
  const { namespace = '', name = '', uid = '' } = account.metadata;
  return {
    iss: LEGACY_ISSUER,
    [NAMESPACE]: namespace,
    [SECRET_NAME]: secretName,
    [ACCOUNT_NAME]: name,
    [ACCOUNT_UID]: uid,
    sub: serviceAccountUserName({ namespace, name }),
  };
}

/** What is so of a token at one moment. */
export interface LegacyState {
  /** Why it is no good. */
  readonly problem?: string;
  /** The secret, where using the token is to be written down. */
  readonly secret?: Frozen<KubeObject>;
  readonly warnings?: readonly string[];
}

/** Whether a token still is the one in its secret, of a service account that is still there. */
export function legacyState(claims: LegacyClaims, token: string, objects: ObjectLookup): LegacyState {
  const { [NAMESPACE]: namespace, [SECRET_NAME]: secretName, [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid } = claims;
  const secret = objects.find('secrets', { namespace, name: secretName })?.value as Frozen<Secret> | undefined;
  if (!secret || secret.metadata.deletionTimestamp) return { problem: 'Token has been invalidated' };
  const held = Buffer.from(getOwn(secret.data, 'token') ?? '', 'base64').toString();
  if (held !== token) return { problem: "Token does not match server's copy" };
  const account = objects.find('serviceaccounts', { namespace, name })?.value as Frozen<ServiceAccount> | undefined;
  if (!account) return { problem: `serviceaccounts "${name}" not found` };
  if (account.metadata.deletionTimestamp) return { problem: `ServiceAccount ${namespace}/${name} has been deleted` };
  if (account.metadata.uid !== uid) {
    return { problem: `ServiceAccount UID (${account.metadata.uid ?? ''}) does not match claim (${uid})` };
  }
  if (getOwn(secret.metadata.labels, INVALID_SINCE)) return { problem: markedInvalid(claims), secret };
  if (!account.secrets?.some((reference) => reference.name === secretName)) return { secret };
  const warning =
    'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated ' +
    'secret-based tokens.';
  return { secret, warnings: [warning] };
}

function markedInvalid(claims: LegacyClaims): string {
  const [secret, account] = [claims[SECRET_NAME], claims[ACCOUNT_NAME]].map((name) => `${claims[NAMESPACE]}/${name}`);
  return (
    `the token in secret ${secret} for service account ${account} has been marked invalid. Use tokens from ` +
    `the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the ` +
    `secret to temporarily allow use of this token`
  );
}

/** The merge patch that writes down that a token was used today, unless that stands there already. */
export function lastUsedPatch({ metadata }: Frozen<KubeObject>, nowMs: number): object | undefined {
  const day = (ms: number): string => rfc3339(ms).slice(0, 10);
  const known = getOwn(metadata.labels, LAST_USED);
  // Another server's clock may be past midnight already.
  if (known === day(nowMs) || known === day(nowMs + DAY_MS)) return undefined;
  return { metadata: { uid: metadata.uid, labels: { [LAST_USED]: day(nowMs) } } };
}

/** Who a token stands for. */
export function userOfLegacyClaims(claims: LegacyClaims): User {
  const key: Key = { namespace: claims[NAMESPACE], name: claims[ACCOUNT_NAME] };
  return authenticated({
    name: serviceAccountUserName(key),
    uid: claims[ACCOUNT_UID],
    groups: serviceAccountGroups(key.namespace),
  });
}
