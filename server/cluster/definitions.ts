/** What a cluster serves and checks: kinds with behaviour, and the admission plugins. */
import { admissionChain } from '../admission/chain.ts';
import type { AccessQuestion } from '../admission/plugin.ts';
import { admissionPlugins } from '../admission/plugins.ts';
import { matchConditionsOf } from '../admission/policies/match-conditions.ts';
import { type AdmissionPluginChoice, selectPlugins } from '../admission/selection.ts';
import type { WebhookEnv } from '../admission/webhooks/env.ts';
import type { Credentials } from '../auth/authenticator.ts';
import type { Authorizers } from '../auth/authorizers.ts';
import { authorizeAs } from '../auth/expression-authorizer.ts';
import { withEscalationCheck } from '../auth/rbac-escalation.ts';
import { reviewDefinitions } from '../auth/reviews.ts';
import { storedObjects } from '../auth/stored-objects.ts';
import { tokenSubresource } from '../auth/token-request.ts';
import type { ServiceAccountTokens } from '../auth/tokens.ts';
import type { Random } from '../base/random.ts';
import type { Authorizer } from '../pipeline/identity.ts';
import type { AdmissionChain } from '../registry/admission-chain.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { resourceDefinitions } from '../resources/index.gen.ts';
import type { Storage } from '../storage/storage.ts';

const SERVICE_ACCOUNTS = 'serviceaccounts';

export interface AccessParts {
  readonly credentials: Credentials;
  readonly authorizer: Authorizers;
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
  const others = resourceDefinitions
    .filter((definition) => definition !== plain)
    .map((definition) => withEscalationCheck(definition, { authorizer, policy: authorizer }));
  return [...others, serviceAccounts, ...reviewDefinitions(credentials, authorizer)];
}

/** The parts that admission works with. */
export interface AdmissionParts extends Pick<WebhookEnv, 'catalog' | 'outbound' | 'services'> {
  readonly storage: Storage;
  readonly random: Random;
  readonly authorizer: Authorizer;
  readonly choice: AdmissionPluginChoice;
}

/** @throws Error when plugins shall run that there are not */
export function admissionOf({ storage, random, authorizer, choice, ...outside }: AdmissionParts): AdmissionChain {
  const env = {
    ...storedObjects(storage),
    random,
    authorize: (question: AccessQuestion) => authorizer.authorize(question),
  };
  const ask = authorizeAs(authorizer);
  const webhooks = { ...env, ...outside, matchConditions: matchConditionsOf(ask) };
  const policies = { ...env, storage, catalog: outside.catalog, authorizeAs: ask };
  return admissionChain(selectPlugins(admissionPlugins(env, webhooks, policies, storage), choice));
}
