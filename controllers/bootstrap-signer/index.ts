/**
 * Signs the ConfigMap `cluster-info` with each bootstrap token, so that whoever has one can tell that the cluster is
 * the right one before it trusts it.
 */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import {
  BOOTSTRAP_TOKEN_NAMESPACE,
  BOOTSTRAP_TOKEN_TYPE,
  bootstrapTokenField,
  bootstrapTokenLeftMs,
} from '../../server/kube/bootstrap-token.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { ConfigMap, Secret } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { detachedSignature } from './detached-signature.ts';

const SECRETS = 'v1/secrets';
const CONFIG_MAPS = 'v1/configmaps';
const CLUSTER_INFO: Key = { namespace: 'kube-public', name: 'cluster-info' };
const SIGNATURE = 'jws-kubeconfig-';
const SECRET_NAME = /^bootstrap-token-([a-z0-9]{6})$/;

/** As upstream's it only runs where it is asked for by name. */
export const controller: ControllerDefinition = {
  name: 'bootstrap-signer-controller',
  queue: 'bootstrap_signer_queue',
  account: 'bootstrap-signer',
  watches: [
    { resource: CONFIG_MAPS, keys: (object) => (isClusterInfo(object) ? [CLUSTER_INFO] : []) },
    { resource: SECRETS, keys: (object) => (isToken(object) ? [CLUSTER_INFO] : []) },
  ],
  reconcile,
};

function isClusterInfo({ metadata: { namespace, name } }: Frozen<KubeObject>): boolean {
  return namespace === CLUSTER_INFO.namespace && name === CLUSTER_INFO.name;
}

function isToken(object: Frozen<KubeObject>): boolean {
  const { metadata, type } = object as Frozen<Secret>;
  return type === BOOTSTRAP_TOKEN_TYPE && metadata.namespace === BOOTSTRAP_TOKEN_NAMESPACE;
}

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const current = env.lister<ConfigMap>(CONFIG_MAPS).get(key);
  const content = current?.data?.kubeconfig;
  if (!current || content === undefined) return undefined;
  const given = Object.entries(current.data ?? {});
  const data = Object.fromEntries(given.filter(([field]) => !field.startsWith(SIGNATURE)));
  const tokens = signingTokens(env);
  for (const { id, secret } of tokens) data[SIGNATURE + id] = await detachedSignature(content, id, secret);
  const isSame = given.length === Object.keys(data).length && given.every(([field, value]) => data[field] === value);
  if (!isSame) await update({ ...current, data }, env);
  const ends = tokens.flatMap(({ leftMs }) => (leftMs === undefined ? [] : [leftMs]));
  return ends.length === 0 ? undefined : { againInMs: Math.min(...ends) };
}

interface SigningToken {
  readonly id: string;
  readonly secret: string;
  readonly leftMs: number | undefined;
}

function signingTokens({ lister, clock }: ControllerEnv): SigningToken[] {
  return lister<Secret>(SECRETS)
    .list(BOOTSTRAP_TOKEN_NAMESPACE)
    .flatMap((object) => {
      const has = (field: string): string => bootstrapTokenField(object, field);
      const [, id] = SECRET_NAME.exec(object.metadata.name ?? '') ?? [];
      const leftMs = bootstrapTokenLeftMs(object, clock.now());
      const isGood =
        isToken(object) && has('usage-bootstrap-signing') === 'true' && (leftMs === undefined || leftMs > 0);
      if (id === undefined || !isGood || has('token-id') !== id || has('token-secret') === '') return [];
      return [{ id, secret: has('token-secret'), leftMs }];
    });
}

/** Whoever was faster makes the informer tell, and the key comes again. */
async function update(map: Frozen<ConfigMap>, env: ControllerEnv): Promise<void> {
  try {
    await env.client.update(CONFIG_MAPS, map);
  } catch (error) {
    const isLate = error instanceof ApiError && (error.code === 404 || error.code === 409);
    if (!isLate) throw error;
  }
}
