/** Pods show in which zone and region their node is: PodTopologyLabels. */
import { type Frozen, getOwn, setOwn } from '../base/freeze.ts';
import type { Pod } from '../kube/types.gen.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

const COPIED = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** A binding is the update that gives a pod its node. */
export function podTopologyLabels(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: (kind) =>
      (kind.operation === 'create' && isObjectOf(kind, 'pods')) ||
      (kind.info.resource === 'pods' && kind.info.group === '' && kind.subresource === 'binding'),
    mutate({ object }) {
      const { spec, metadata } = object as unknown as Frozen<Pod>;
      if (!object || !spec.nodeName) return;
      const node = env.find('nodes', { namespace: '', name: spec.nodeName });
      const copied = COPIED.filter((label) => getOwn(node?.value.metadata.labels, label) !== undefined);
      if (copied.length === 0) return;
      const all: Record<string, string> = { ...metadata.labels };
      for (const label of copied) setOwn(all, label, getOwn(node?.value.metadata.labels, label));
      const entries = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
      object.metadata.labels = Object.fromEntries(entries);
    },
  };
}
