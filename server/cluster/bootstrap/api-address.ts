import { type Frozen, thaw } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { EndpointSlice, Endpoints, Service } from '../../kube/types.gen.ts';
import type { Catalog } from '../../registry/catalog.ts';
import type { Storage } from '../../storage/storage.ts';

const KEY = { namespace: 'default', name: 'kubernetes' };

/**
 * Makes the `kubernetes` service lead to where the server listens: a free port is known only then, and a data
 * directory may come from a server on another one. kube-apiserver does so at each start, too.
 */
export async function publishApiAddress(
  { address, port }: { readonly address: string; readonly port: number },
  catalog: Catalog,
  storage: Storage,
): Promise<void> {
  const change = async (resource: string, apply: (object: KubeObject) => void): Promise<void> => {
    const key = catalog.store(resource)?.keyOf(KEY);
    if (key === undefined || !storage.get(key)) return;
    await storage.guaranteedUpdate(key, {}, async ({ value }: { value: Frozen<KubeObject> }) => {
      const object = thaw<KubeObject>(value);
      apply(object);
      return object;
    });
  };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  await change('services', (object) => {
    for (const servicePort of (object as unknown as Service).spec.ports ?? []) servicePort.targetPort = port;
  });
  await change('endpoints', (object) => {
    (object as unknown as Endpoints).subsets = [{ addresses: [{ ip: address }], ports }];
  });
  await change('endpointslices.discovery.k8s.io', (object) => {
    const slice = object as unknown as EndpointSlice;
    slice.endpoints = [{ addresses: [address], conditions: { ready: true } }];
    slice.ports = ports;
  });
}
