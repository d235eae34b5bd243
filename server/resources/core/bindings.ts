import type { Binding } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { bindPod } from '../shared/pod-binding.ts';

export const definition: ResourceDefinition<Binding> = {
  resource: 'bindings',
  create(binding, call) {
    // Without a subresource's URL there is nothing that the uid could be a condition of.
    delete binding.metadata.uid;
    return bindPod(binding, { namespace: call.key.namespace, name: binding.metadata.name ?? '' }, call);
  },
};
