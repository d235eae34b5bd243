import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { Secret } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';

const SECRETS = 'v1/secrets';
const TYPE = 'bootstrap.kubernetes.io/token';
const NAMESPACE = 'kube-system';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Deletes bootstrap tokens when their time is over. As upstream's it only runs where it is asked for by name. */
export const controller: ControllerDefinition = {
  name: 'token-cleaner-controller',
  queue: 'token_cleaner',
  account: 'token-cleaner',
  watches: [{ resource: SECRETS, keys: tokenKeys }],
  reconcile,
};

function tokenKeys(object: Frozen<KubeObject>): Key[] {
  const { metadata, type } = object as Frozen<Secret>;
  const { namespace = '', name = '' } = metadata;
  return type === TYPE && namespace === NAMESPACE ? [{ namespace, name }] : [];
}

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const secret = env.lister<Secret>(SECRETS).get(key);
  if (secret?.type !== TYPE) return undefined;
  const expiration = Buffer.from(getOwn(secret.data, 'expiration') ?? '', 'base64').toString();
  if (expiration === '') return undefined;
  // What is no time has passed.
  const leftMs = TIME.test(expiration) ? Date.parse(expiration) - env.clock.now() : 0;
  if (leftMs > 0) return { againInMs: leftMs };
  try {
    await env.client.delete(SECRETS, key, { uid: secret.metadata.uid ?? '' });
  } catch (error) {
    const isGone = error instanceof ApiError && (error.code === 404 || error.code === 409);
    if (!isGone) throw error;
  }
  return undefined;
}
