/** What a cluster serves and checks: kinds with behaviour, and the admission plugins. */
import { admissionChain } from '../admission/chain.ts';
import type { AdmissionEnv } from '../admission/plugin.ts';
import { admissionPlugins } from '../admission/plugins.ts';
import type { Credentials } from '../auth/authenticator.ts';
import type { RbacAuthorizer } from '../auth/rbac.ts';
import { reviewDefinitions } from '../auth/reviews.ts';
import { storedKey, storedObjects } from '../auth/stored-objects.ts';
import { tokenSubresource } from '../auth/token-request.ts';
import type { ServiceAccountTokens } from '../auth/tokens.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { AdmissionChain } from '../registry/admission-chain.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { resourceDefinitions } from '../resources/index.gen.ts';
import type { Storage } from '../storage/storage.ts';

const SERVICE_ACCOUNTS = 'serviceaccounts';

export interface AccessParts {
  readonly credentials: Credentials;
  readonly authorizer: RbacAuthorizer;
  readonly tokens: ServiceAccountTokens;
}

/** The kinds with behaviour: those that stand for themselves, and those that ask who is who. */
export function definitionsOf({ credentials, authorizer, tokens }: AccessParts): ResourceDefinition[] {
  const plain = resourceDefinitions.find(({ resource }) => resource === SERVICE_ACCOUNTS);
  const serviceAccounts: ResourceDefinition = {
    resource: SERVICE_ACCOUNTS,
    ...plain,
    subresources: { ...plain?.subresources, token: tokenSubresource(tokens) },
  };
  const others = resourceDefinitions.filter((definition) => definition !== plain);
  return [...others, serviceAccounts, ...reviewDefinitions(credentials, authorizer)];
}

export function admissionOf({
  storage,
  random,
  clock,
}: {
  readonly storage: Storage;
  readonly random: Random;
  readonly clock: Clock;
}): AdmissionChain {
  const change: AdmissionEnv['change'] = (resource, { namespace, name }, make) =>
    storage.guaranteedUpdate(storedKey(resource, namespace, name), {}, async ({ value }) => make(value));
  return admissionChain(admissionPlugins({ ...storedObjects(storage), random, clock, change }));
}
