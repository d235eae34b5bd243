/** Tokens in secrets that nobody uses: k8s.io/kubernetes/pkg/controller/serviceaccount. */
import { type Cancel, rfc3339 } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import { secretNames } from '../../server/kube/pod-references.ts';
import type { ConfigMap, Pod, Secret, ServiceAccount } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';

const SECRETS = 'v1/secrets';
const ACCOUNTS = 'v1/serviceaccounts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a token may be unused (LegacySATokenCleaner.CleanUpPeriod). */
const UNUSED_MAX_MS = 365 * DAY_MS;

const TOKEN_TYPE = 'kubernetes.io/service-account-token';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

/** Says since when it is noted which tokens are used. */
const TRACKING: Key = { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' };

/** Once a day; tokens that were made for accounts by older servers are invalid after a year, and gone after two. */
export const controller: ControllerDefinition = {
  name: 'legacy-serviceaccount-token-cleaner-controller',
  account: 'legacy-service-account-token-cleaner',
  watches: [],
  reads: [SECRETS, ACCOUNTS, PODS],
  objectOf: (key, env) => env.lister<Secret>(SECRETS).get(key),
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  let cancel: Cancel = () => undefined;
  const look = (): void => {
    for (const secret of env.lister<Secret>(SECRETS).list()) if (isUnused(secret, env)) env.enqueue(keyOf(secret));
    cancel = env.clock.schedule(DAY_MS, look, 'upkeep');
  };
  look();
  return () => cancel();
}

const isDate = (text: string | undefined): text is string => text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text);

const dateOf = (timeMs: number): string => rfc3339(timeMs).slice(0, 'YYYY-MM-DD'.length);

/** Whether a token is old, nobody has used it for long, and its account names it: then no user has made it. */
function isUnused({ metadata, type }: Frozen<Secret>, env: ControllerEnv): boolean {
  if (type !== TOKEN_TYPE || metadata.deletionTimestamp !== undefined) return false;
  const sinceMs = env.clock.now() - UNUSED_MAX_MS;
  if (Date.parse(metadata.creationTimestamp ?? '') >= sinceMs) return false;
  const lastUsed = getOwn(metadata.labels, LAST_USED);
  if (lastUsed !== undefined && (!isDate(lastUsed) || lastUsed >= dateOf(sinceMs))) return false;
  const { namespace = '' } = metadata;
  const name = getOwn(metadata.annotations, 'kubernetes.io/service-account.name') ?? '';
  const uid = getOwn(metadata.annotations, 'kubernetes.io/service-account.uid') ?? '';
  const account = env.lister<ServiceAccount>(ACCOUNTS).get({ namespace, name });
  if (!account || (uid !== '' && uid !== account.metadata.uid)) return false;
  return account.secrets?.some((reference) => reference.name === metadata.name) ?? false;
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const secret = env.lister<Secret>(SECRETS).get(key);
  if (!secret || !isUnused(secret, env)) return;
  const pods = env.lister<Pod>(PODS).list(key.namespace);
  if (pods.some(({ spec }) => secretNames(spec).includes(key.name)) || !(await isTrackedForLong(env))) return;
  const { uid = '', resourceVersion = '' } = secret.metadata;
  const invalidSince = getOwn(secret.metadata.labels, INVALID_SINCE);
  if (!isDate(invalidSince)) {
    const labels = { [INVALID_SINCE]: dateOf(env.clock.now()) };
    await env.client.patch<Secret>(SECRETS, key, 'merge', { metadata: { uid, labels } });
  } else if (invalidSince < dateOf(env.clock.now() - UNUSED_MAX_MS)) {
    await env.client.delete(SECRETS, key, { uid, resourceVersion });
  }
}

/** Who was not looked after for a year may have used anything. Counted from the day after it began. */
async function isTrackedForLong(env: ControllerEnv): Promise<boolean> {
  try {
    const { data } = await env.client.get<ConfigMap>('v1/configmaps', TRACKING);
    const since = getOwn(data, 'since');
    return isDate(since) && env.clock.now() >= Date.parse(since) + DAY_MS + UNUSED_MAX_MS;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false;
    throw error;
  }
}
