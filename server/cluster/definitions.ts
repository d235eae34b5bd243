/** What a cluster serves and checks: kinds with behaviour, and the admission plugins. */
import { admissionChain } from '../admission/chain.ts';
import { AdmissionMetrics } from '../admission/metrics.ts';
import type { AccessQuestion, AdmissionEnv } from '../admission/plugin.ts';
import { admissionPlugins } from '../admission/plugins.ts';
import { matchConditionsOf } from '../admission/policies/match-conditions.ts';
import { type AdmissionPluginChoice, selectPlugins } from '../admission/selection.ts';
import type { AdmissionSettings } from '../admission/settings.ts';
import type { WebhookEnv } from '../admission/webhooks/env.ts';
import type { Credentials } from '../auth/authenticator.ts';
import { authorizeAs } from '../auth/expression-authorizer.ts';
import { withEscalationCheck } from '../auth/rbac-escalation.ts';
import { reviewDefinitions } from '../auth/reviews.ts';
import { storedKey, storedObjects } from '../auth/stored-objects.ts';
import { tokenSubresource } from '../auth/token-request.ts';
import type { ServiceAccountTokens } from '../auth/tokens.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Authorizer } from '../pipeline/identity.ts';
import type { AdmissionChain } from '../registry/admission-chain.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { resourceDefinitions } from '../resources/index.gen.ts';
import { internalForm } from '../resources/shared/internal-form.ts';
import { valueDiff } from '../resources/shared/line-diff.ts';
import type { Storage } from '../storage/storage.ts';
import type { FullAuthorizer } from './permissions/enforced-authorizer.ts';

const SERVICE_ACCOUNTS = 'serviceaccounts';

export interface AccessParts {
  readonly credentials: Credentials;
  /** Answers reviews. */
  readonly authorizer: FullAuthorizer;
  /** Decides what a write needs besides. */
  readonly besides: Authorizer;
  readonly tokens: ServiceAccountTokens;
}

/** The kinds with behaviour: those that stand for themselves, and those that ask who is who. */
export function definitionsOf({ credentials, authorizer, besides, tokens }: AccessParts): ResourceDefinition[] {
  const plain = resourceDefinitions.find(({ resource }) => resource === SERVICE_ACCOUNTS);
  const serviceAccounts: ResourceDefinition = {
    resource: SERVICE_ACCOUNTS,
    ...plain,
    subresources: { ...plain?.subresources, token: tokenSubresource(tokens) },
  };
  const others = resourceDefinitions
    .filter((definition) => definition !== plain)
    .map((definition) => withEscalationCheck(definition, { authorizer: besides, policy: authorizer }));
  return [...others, serviceAccounts, ...reviewDefinitions(credentials, authorizer)];
}

/** What differs between two objects, as upstream's internal types print themselves. */
const difference = (old: object, next: object, model: string): string =>
  valueDiff(internalForm(old, model), internalForm(next, model));

/** The parts that admission works with. */
export interface AdmissionParts extends Pick<WebhookEnv, 'catalog' | 'outbound' | 'services'> {
  readonly storage: Storage;
  readonly random: Random;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  readonly choice: AdmissionPluginChoice;
  readonly settings: AdmissionSettings;
  /** Makes a namespace that somebody needs. */
  readonly provision: (name: string) => Promise<void>;
}

/** @throws Error when plugins shall run that there are not */
export function admissionOf({
  storage,
  random,
  clock,
  authorizer,
  choice,
  settings,
  provision,
  ...outside
}: AdmissionParts): AdmissionChain {
  const change: AdmissionEnv['change'] = (resource, { namespace, name }, make) =>
    storage.guaranteedUpdate(storedKey(resource, namespace, name), {}, async ({ value }) => make(value));
  const env = {
    ...storedObjects(storage),
    random,
    clock,
    change,
    authorize: (question: AccessQuestion) => authorizer.authorize(question),
  };
  const ask = authorizeAs(authorizer);
  const metrics = new AdmissionMetrics(clock);
  const webhooks = { ...env, ...outside, metrics, matchConditions: matchConditionsOf(ask) };
  const policies = { ...env, storage, catalog: outside.catalog, authorizeAs: ask };
  const plugins = admissionPlugins(env, webhooks, policies, storage, { settings, provision, difference });
  return admissionChain(selectPlugins(plugins, choice), metrics);
}
