/** What a token is bound to: it ends with the object. */
import type { Frozen } from '../base/freeze.ts';
import { badRequest, conflict, notFound } from '../kube/api-error.ts';
import { type Key, type KubeObject, parseApiVersion } from '../kube/object.ts';
import type { BoundObjectReference, Pod } from '../kube/types.gen.ts';
import type { ObjectLookup } from './stored-objects.ts';
import type { ObjectClaim, TokenClaims } from './token-claims.ts';
import { isWebhookReference } from './token-request-rules.ts';

type BoundClaims = Pick<TokenClaims['kubernetes.io'], 'node' | 'pod' | 'secret'>;

/**
 * The claims that bind a token to the object of a reference.
 *
 * @param account the service account that the token is for
 * @throws ApiError 400 for kinds that tokens cannot be bound to, 404 and 409 when it is not that object
 */
export function boundClaims(reference: BoundObjectReference, account: Key, objects: ObjectLookup): BoundClaims {
  const { kind = '', apiVersion = '', name = '', uid = '' } = reference;
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  const find = (resource: string, namespace: string): Frozen<KubeObject> => {
    const object = objects.find(resource, { namespace, name })?.value;
    if (!object) throw notFound({ group: '', resource }, name);
    return object;
  };
  const checked = (claims: BoundClaims, object: Frozen<KubeObject>): BoundClaims => {
    if (uid === '' || uid === object.metadata.uid) return claims;
    const why =
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might ` +
      `have been deleted and then recreated`;
    throw conflict({ group, resource: kind }, name, why);
  };
  if (group === '' && kind === 'Pod') {
    const pod = find('pods', account.namespace);
    return checked(podClaims(pod, account, objects), pod);
  }
  if (group === '' && kind === 'Node') {
    const node = find('nodes', '');
    return checked({ node: claimOf(node) }, node);
  }
  if (group === '' && kind === 'Secret') {
    const secret = find('secrets', account.namespace);
    return checked({ secret: claimOf(secret) }, secret);
  }
  const gate = isWebhookReference(reference) ? ' (feature gate APIServerWebhookAuthenticationToken is disabled)' : '';
  throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}${gate}`);
}

/** A token for a pod names the node of the pod too. */
function podClaims(object: Frozen<KubeObject>, account: Key, objects: ObjectLookup): BoundClaims {
  const { spec } = object as unknown as Frozen<Pod>;
  if (spec.serviceAccountName !== account.name) {
    throw badRequest(
      `cannot bind token for serviceaccount "${account.name}" to pod running with different serviceaccount name.`,
    );
  }
  if (!spec.nodeName) return { pod: claimOf(object) };
  const node = objects.find('nodes', { namespace: '', name: spec.nodeName })?.value;
  return { node: node ? claimOf(node) : { name: spec.nodeName }, pod: claimOf(object) };
}

export function claimOf({ metadata }: Frozen<KubeObject>): ObjectClaim {
  return { name: metadata.name ?? '', uid: metadata.uid ?? '' };
}
