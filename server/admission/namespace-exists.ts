/** Keeps all writes, not only new objects, out of namespaces that are missing: NamespaceExists. Off by default. */
import { notFound } from '../kube/api-error.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';

export function namespaceExists(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'NamespaceExists',
    handles: ({ info, operation }) => info.namespaced && operation !== 'connect',
    validate({ key }) {
      if (env.find('namespaces', { namespace: '', name: key.namespace })) return;
      throw notFound({ group: '', resource: 'namespaces' }, key.namespace);
    },
  };
}
