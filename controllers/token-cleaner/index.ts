import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import {
  BOOTSTRAP_TOKEN_NAMESPACE,
  BOOTSTRAP_TOKEN_TYPE,
  bootstrapTokenLeftMs,
} from '../../server/kube/bootstrap-token.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { Secret } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';

const SECRETS = 'v1/secrets';

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
  return type === BOOTSTRAP_TOKEN_TYPE && namespace === BOOTSTRAP_TOKEN_NAMESPACE ? [{ namespace, name }] : [];
}

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const secret = env.lister<Secret>(SECRETS).get(key);
  if (secret?.type !== BOOTSTRAP_TOKEN_TYPE) return undefined;
  const leftMs = bootstrapTokenLeftMs(secret, env.clock.now());
  if (leftMs === undefined) return undefined;
  if (leftMs > 0) return { againInMs: leftMs };
  try {
    await env.client.delete(SECRETS, key, { uid: secret.metadata.uid ?? '' });
  } catch (error) {
    const isGone = error instanceof ApiError && (error.code === 404 || error.code === 409);
    if (!isGone) throw error;
  }
  return undefined;
}
