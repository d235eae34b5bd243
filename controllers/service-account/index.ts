import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Namespace, ServiceAccount } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { isTerminating } from '../lib/terminating.ts';

const NAMESPACES = 'v1/namespaces';
const SERVICE_ACCOUNTS = 'v1/serviceaccounts';
const DEFAULT = 'default';

/** Gives every active namespace the service account `default`. */
export const controller: ControllerDefinition = {
  name: 'serviceaccount-controller',
  queue: 'serviceaccount',
  account: 'service-account-controller',
  watches: [
    self(NAMESPACES),
    {
      resource: SERVICE_ACCOUNTS,
      keys: ({ metadata }) => (metadata.name === DEFAULT ? [{ namespace: '', name: metadata.namespace ?? '' }] : []),
    },
  ],
  reconcile,
};

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const namespace = env.lister<Namespace>(NAMESPACES).get(key);
  if (namespace?.status?.phase !== 'Active') return;
  const wanted = { namespace: key.name, name: DEFAULT };
  if (env.lister<ServiceAccount>(SERVICE_ACCOUNTS).get(wanted)) return;
  try {
    await env.client.create(SERVICE_ACCOUNTS, { metadata: wanted });
  } catch (error) {
    const isThere = error instanceof ApiError && error.reason === 'AlreadyExists';
    if (!isThere && !isTerminating(error)) throw error;
  }
}
