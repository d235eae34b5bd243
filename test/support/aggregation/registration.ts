/** How an extension server becomes a part of a cluster. */
import { at, create, type SecuredCluster } from '../secured-cluster.ts';
import { EXTENSION_GROUP } from './extension-pages.ts';
import type { ExtensionServer } from './extension-server.ts';

export const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
export const API_SERVICE = `${API_SERVICES}/v1.${EXTENSION_GROUP}`;
export const RECIPES = `/apis/${EXTENSION_GROUP}/v1/namespaces/default/recipes`;

/** The APIService of an extension server that the service `default/kitchen` leads to. */
export const apiService = (
  { port, caBundle }: Pick<ExtensionServer, 'port' | 'caBundle'>,
  spec: object = {},
): object => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `v1.${EXTENSION_GROUP}` },
  spec: {
    group: EXTENSION_GROUP,
    version: 'v1',
    groupPriorityMinimum: 2000,
    versionPriority: 10,
    caBundle,
    service: { namespace: 'default', name: 'kitchen', port },
    ...spec,
  },
});

/** A service that leads to this machine. */
export const localService = {
  metadata: { name: 'kitchen' },
  spec: { type: 'ExternalName', externalName: 'localhost' },
};

/** Resolves when nobody has anything to do. */
export async function settled({ cluster }: Pick<SecuredCluster, 'cluster'>): Promise<void> {
  const { activity, storage } = cluster;
  do {
    await activity.idle();
    await new Promise((resolve) => setImmediate(resolve));
  } while (activity.busy().size > 0 || !storage.delivered);
}

/** Registers a server and waits until the cluster knows it. */
export async function register(cluster: SecuredCluster, server: ExtensionServer, spec: object = {}): Promise<void> {
  await create(cluster, '/api/v1/namespaces/default/services', localService);
  await create(cluster, API_SERVICES, apiService(server, spec));
  await settled(cluster);
}

/** The condition of the extension server's APIService. */
export async function conditionOf(cluster: SecuredCluster, path = API_SERVICE): Promise<unknown> {
  return at((await cluster.ask('GET', path)).body, 'status.conditions.0');
}
