/**
 * Secrets of type kubernetes.io/service-account-token: fills them, and removes them with their service account.
 * Keys hold what is needed when an object is gone, as upstream's do (tokens_controller.go).
 */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { Secret, ServiceAccount } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { ACCOUNT_NAME, ACCOUNT_UID, filled, TOKEN_TYPE } from './filled.ts';

const SECRETS = 'v1/secrets';
const SERVICE_ACCOUNTS = 'v1/serviceaccounts';

/** What the secrets of a cluster hold. */
export interface TokenParts {
  /** PEM. */
  readonly caCertificate: string;
  /** Signs a token for a secret of a service account. */
  issue(account: Frozen<KubeObject>, secretName: string): Promise<string>;
}

/** One thing to look at: a service account, or a secret and the account that it says it is of. */
interface Subject {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly secret?: { readonly name: string; readonly uid: string };
}

const keyOf = ({ namespace, account, secret }: Subject): Key => ({
  namespace,
  name: [account.name, account.uid, secret?.name ?? '', secret?.uid ?? ''].join('/'),
});

function subjectOf({ namespace, name }: Key): Subject {
  const [accountName = '', accountUid = '', secretName = '', secretUid = ''] = name.split('/');
  const account = { name: accountName, uid: accountUid };
  return { namespace, account, ...(secretName !== '' && { secret: { name: secretName, uid: secretUid } }) };
}

function secretKeys(object: Frozen<KubeObject>): Key[] {
  const { metadata, type } = object as Frozen<Secret>;
  const { namespace = '', name = '', uid = '', annotations } = metadata;
  const account = { name: getOwn(annotations, ACCOUNT_NAME) ?? '', uid: getOwn(annotations, ACCOUNT_UID) ?? '' };
  if (type !== TOKEN_TYPE || account.name === '') return [];
  return [keyOf({ namespace, account, secret: { name, uid } })];
}

/** Fills the token secrets of a cluster. */
export function serviceAccountTokenController(parts: TokenParts): ControllerDefinition {
  return {
    name: 'serviceaccount-token-controller',
    queue: 'serviceaccount_tokens_service',
    // It has to work before anybody has a token: it is no service account.
    account: 'tokens-controller',
    concerns: (resource, secret) => resource === 'secrets' && (secret as Frozen<Secret>).type === TOKEN_TYPE,
    user: { name: 'system:kube-controller-manager', groups: ['system:authenticated'] },
    watches: [
      { resource: SECRETS, keys: secretKeys },
      {
        resource: SERVICE_ACCOUNTS,
        keys: ({ metadata: { namespace = '', name = '', uid = '' } }) => [keyOf({ namespace, account: { name, uid } })],
      },
    ],
    async reconcile(key, env) {
      const subject = subjectOf(key);
      if (subject.secret) await syncSecret(subject, subject.secret, env, parts);
      else if (!accountOf(subject, env)) await deleteTokens(subject, env);
      return undefined;
    },
  };
}

/** The service account, if it still is the one that is meant. */
function accountOf({ namespace, account }: Subject, env: ControllerEnv): Frozen<ServiceAccount> | undefined {
  const found = env.lister<ServiceAccount>(SERVICE_ACCOUNTS).get({ namespace, name: account.name });
  return account.uid === '' || found?.metadata.uid === account.uid ? found : undefined;
}

async function syncSecret(
  subject: Subject,
  { name, uid }: { readonly name: string; readonly uid: string },
  env: ControllerEnv,
  parts: TokenParts,
): Promise<void> {
  const key = { namespace: subject.namespace, name };
  const account = accountOf(subject, env);
  const secret = env.lister<Secret>(SECRETS).get(key);
  if (secret?.metadata.uid !== uid) {
    if (account) await withoutReference(account, name, env);
    return;
  }
  // The informer of service accounts may be behind that of secrets.
  if (!account && !(await isLive(subject, env))) return deleteToken(key, uid, env);
  if (!account) throw new Error(`service account ${subject.account.name} is not known yet`);
  const full = await filled(secret, account, parts);
  if (full) await unlessGone(env.client.update(SECRETS, full));
}

async function isLive({ namespace, account }: Subject, env: ControllerEnv): Promise<boolean> {
  try {
    const { metadata } = await env.client.get(SERVICE_ACCOUNTS, { namespace, name: account.name });
    return account.uid === '' || metadata.uid === account.uid;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false;
    throw error;
  }
}

/** Takes a secret that is gone out of the list that its service account has. */
async function withoutReference(account: Frozen<ServiceAccount>, name: string, env: ControllerEnv): Promise<void> {
  if (!account.secrets?.some((reference) => reference.name === name)) return;
  const secrets = account.secrets.filter((reference) => reference.name !== name);
  await unlessGone(env.client.update(SERVICE_ACCOUNTS, { ...account, secrets }), 'again on conflict');
}

async function deleteTokens({ namespace, account }: Subject, env: ControllerEnv): Promise<void> {
  for (const { type, metadata } of env.lister<Secret>(SECRETS).list(namespace)) {
    const { name = '', uid = '', annotations } = metadata;
    const isOf = getOwn(annotations, ACCOUNT_NAME) === account.name && getOwn(annotations, ACCOUNT_UID) === account.uid;
    if (type === TOKEN_TYPE && isOf) await deleteToken({ namespace, name }, uid, env);
  }
}

async function deleteToken(key: Key, uid: string, env: ControllerEnv): Promise<void> {
  await unlessGone(env.client.delete(SECRETS, key, { uid }));
}

/** Whoever was faster makes the informer tell, and the key comes again. */
async function unlessGone(write: Promise<unknown>, conflicts?: 'again on conflict'): Promise<void> {
  try {
    await write;
  } catch (error) {
    const isLate = error instanceof ApiError && (error.code === 404 || (error.code === 409 && conflicts === undefined));
    if (!isLate) throw error;
  }
}
