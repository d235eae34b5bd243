/** What a service account token says, and when it still holds: pkg/serviceaccount/claims.go. */
import type { Frozen } from '../base/freeze.ts';
import type { Key, KubeObject, User } from '../kube/object.ts';
import { serviceAccountGroups, serviceAccountUserName } from './service-account-names.ts';
import type { ObjectLookup } from './stored-objects.ts';
import { authenticated, CREDENTIAL_ID } from './well-known-users.ts';

export interface ObjectClaim {
  readonly name: string;
  readonly uid?: string;
}

/** The claims, in the order in which upstream prints them. Times are seconds. */
export interface TokenClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: ObjectClaim;
    readonly pod?: ObjectClaim;
    readonly secret?: ObjectClaim;
    readonly serviceaccount: ObjectClaim;
    /** When clients that do not refresh their tokens are to be noticed. */
    readonly warnafter?: number;
  };
  readonly nbf: number;
  readonly sub: string;
}

/** How far clocks may differ (go-jose's DefaultLeeway). */
const LEEWAY_SECONDS = 60;

/** @returns why the time is not right, or undefined */
export function timeProblem({ exp, nbf, iat }: TokenClaims, nowMs: number): string | undefined {
  const now = nowMs / 1000;
  if (now + LEEWAY_SECONDS < nbf) return 'service account token is not valid yet';
  if (now - LEEWAY_SECONDS > exp) return 'service account token has expired';
  return now + LEEWAY_SECONDS < iat ? 'service account token is issued in the future' : undefined;
}

/** @returns which object is gone that the token needs, or undefined */
export function boundObjectProblem(claims: TokenClaims, objects: ObjectLookup, nowMs: number): string | undefined {
  const { namespace, serviceaccount, secret, pod, node } = claims['kubernetes.io'];
  const { name, uid = '' } = serviceaccount;
  const account = objects.find('serviceaccounts', { namespace, name })?.value;
  if (!account) return `serviceaccounts "${name}" not found`;
  if (account.metadata.uid !== uid) {
    return `service account UID (${account.metadata.uid ?? ''}) does not match claim (${uid})`;
  }
  if (longDeleted(account, nowMs)) return `service account ${namespace}/${name} has been deleted`;
  const check = (resource: string, kind: string, key: Key, claim: ObjectClaim): string | undefined => {
    const object = objects.find(resource, key)?.value;
    if (!object) return INVALIDATED;
    if (object.metadata.uid === claim.uid) return longDeleted(object, nowMs) ? INVALIDATED : undefined;
    const [uids, short] = [`(${object.metadata.uid ?? ''})`, kind.toLowerCase()];
    return `${kind} UID ${uids} does not match service account ${short} ref claim (${claim.uid ?? ''})`;
  };
  const problem = secret && check('secrets', 'secret', { namespace, name: secret.name }, secret);
  if (problem !== undefined) return problem;
  if (pod) return check('pods', 'pod', { namespace, name: pod.name }, pod);
  // The node of a pod is only told; a token for a node alone ends with it.
  return node && check('nodes', 'node', { namespace: '', name: node.name }, node);
}

const INVALIDATED = 'service account token has been invalidated';

function longDeleted({ metadata }: Frozen<KubeObject>, nowMs: number): boolean {
  const { deletionTimestamp } = metadata;
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < nowMs - LEEWAY_SECONDS * 1000;
}

/** Who a token stands for. */
export function userOfClaims({ jti, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: TokenClaims): User {
  const extra: Record<string, readonly string[]> = {};
  if (jti) extra[CREDENTIAL_ID] = [`JTI=${jti}`];
  if (node) extra['authentication.kubernetes.io/node-name'] = [node.name];
  if (node?.uid) extra['authentication.kubernetes.io/node-uid'] = [node.uid];
  if (pod?.uid) {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
  }
  return authenticated({
    name: serviceAccountUserName({ namespace, name: serviceaccount.name }),
    uid: serviceaccount.uid ?? '',
    groups: serviceAccountGroups(namespace),
    extra,
  });
}
