/** POST to serviceaccounts/token: pkg/registry/core/serviceaccount/storage/token.go. */
import { rfc3339 } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import { conflict } from '../kube/api-error.ts';
import { invalid, invalidObject } from '../kube/field-problem.ts';
import type { KubeObject, ObjectMeta } from '../kube/object.ts';
import type { TokenRequest } from '../kube/types.gen.ts';
import { orderedMeta } from '../registry/object-meta.ts';
import type { Subresource } from '../registry/resource.ts';
import { boundClaims, claimOf } from './bound-object.ts';
import { tokenRequestProblems } from './token-request-rules.ts';
import type { ServiceAccountTokens } from './tokens.ts';

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3600;

/**
 * Tokens that pods mount ask for this lifetime. They are good for a year and only marked as stale after it, so that
 * programs which never read the file again go on working (WarnOnlyBoundTokenExpirationSeconds).
 */
const EXTENDED_SECONDS = 3607;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** The subresource with which clients get tokens of a service account. */
export function tokenSubresource(issuer: ServiceAccountTokens): Subresource {
  return {
    checksName: true,
    async create(object, { key, env }, access) {
      const request = object as unknown as TokenRequest;
      const { name } = request.metadata;
      if (name && name !== key.name) {
        const detail = 'must match the service account name if specified';
        throw invalidObject(KIND, key.name, [invalid('metadata.name', name, detail)]);
      }
      const account = access.get().value;
      const metadata = requestMeta(request.metadata, account);
      const spec = {
        ...request.spec,
        audiences: request.spec.audiences?.length ? request.spec.audiences : [...issuer.audiences],
        expirationSeconds: request.spec.expirationSeconds ?? DEFAULT_SECONDS,
      };
      const problems = tokenRequestProblems(spec);
      if (problems.length > 0) throw invalidObject(KIND, '', problems);
      const nowMs = env.clock.now();
      const bound = spec.boundObjectRef ? boundClaims(spec.boundObjectRef, key, env) : {};
      const isExtended =
        bound.pod !== undefined &&
        spec.expirationSeconds === EXTENDED_SECONDS &&
        spec.audiences.every((audience) => issuer.audiences.includes(audience));
      const token = await issuer.issue({
        audiences: spec.audiences,
        expirationSeconds: isExtended ? YEAR_SECONDS : spec.expirationSeconds,
        ...(isExtended && { warnAfterSeconds: EXTENDED_SECONDS }),
        bound: { namespace: key.namespace, ...bound, serviceaccount: claimOf(account) },
      });
      const status = { token, expirationTimestamp: rfc3339(nowMs + spec.expirationSeconds * 1000) };
      const answer: TokenRequest = {
        kind: KIND.kind,
        apiVersion: `${KIND.group}/v1`,
        metadata: withTime(metadata, rfc3339(nowMs)),
        spec,
        status,
      };
      return { status: 201, object: answer as unknown as KubeObject };
    },
  };
}

/** The metadata of the answer: whose token it is. @throws ApiError 409 when the request means another account */
function requestMeta(given: ObjectMeta, account: Frozen<KubeObject>): ObjectMeta {
  const { name = '', namespace = '', uid = '' } = account.metadata;
  if (given.uid && given.uid !== uid) {
    const why = `the UID in the token request (${given.uid}) does not match the UID of the service account (${uid})`;
    throw conflict({ group: KIND.group, resource: KIND.kind }, name, why);
  }
  return { ...given, name, namespace, uid };
}

function withTime(metadata: ObjectMeta, creationTimestamp: string): ObjectMeta {
  const { resourceVersion, ...rest } = orderedMeta({ ...metadata, creationTimestamp });
  return resourceVersion ? { ...rest, resourceVersion } : rest;
}
