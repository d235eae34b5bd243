import { deepEqual, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { ConfigMap, Namespace } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { isTerminating } from '../lib/terminating.ts';

const NAMESPACES = 'v1/namespaces';
const CONFIG_MAPS = 'v1/configmaps';
const NAME = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const DESCRIPTION_TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.';

const namespaceKey = (name: string): Key => ({ namespace: '', name });

/**
 * Publishes the certificate of the cluster's CA in every namespace, and restores it when somebody changes it.
 *
 * @param caCertificate PEM
 */
export function rootCaController(caCertificate: string): ControllerDefinition {
  const data = { 'ca.crt': caCertificate };
  return {
    name: 'root-ca-certificate-publisher-controller',
    queue: 'root_ca_cert_publisher',
    account: 'root-ca-cert-publisher',
    watches: [
      self(NAMESPACES),
      {
        resource: CONFIG_MAPS,
        keys: ({ metadata }) => (metadata.name === NAME ? [namespaceKey(metadata.namespace ?? '')] : []),
      },
    ],
    reconcile: async (key, env) => {
      const namespace = env.lister<Namespace>(NAMESPACES).get(key);
      // A namespace that is being deleted would refuse it.
      if (!namespace || namespace.status?.phase === 'Terminating') return undefined;
      const current = env.lister<ConfigMap>(CONFIG_MAPS).get({ namespace: key.name, name: NAME });
      if (!current) return create(key.name, data, env);
      if (deepEqual(current.data, data) && getOwn(current.metadata.annotations, DESCRIPTION)) return undefined;
      const annotations = { ...current.metadata.annotations, [DESCRIPTION]: DESCRIPTION_TEXT };
      await env.client.update(CONFIG_MAPS, { ...current, metadata: { ...current.metadata, annotations }, data });
      return undefined;
    },
  };
}

async function create(namespace: string, data: Record<string, string>, env: ControllerEnv): Promise<undefined> {
  try {
    const metadata = { namespace, name: NAME, annotations: { [DESCRIPTION]: DESCRIPTION_TEXT } };
    await env.client.create(CONFIG_MAPS, { metadata, data });
  } catch (error) {
    const isGone = error instanceof ApiError && error.code === 404;
    if (!isGone && !isTerminating(error)) throw error;
  }
}
