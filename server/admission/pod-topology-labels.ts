/** Pods show in which zone and region their node is: PodTopologyLabels. */
import { getOwn, setOwn } from '../base/freeze.ts';
import type { Binding, Pod } from '../kube/types.gen.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

const COPIED = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** The node of a pod, or the one that a binding gives it; labels of a binding become the pod's. */
const nodeOf = (object: Partial<Pod> & Partial<Binding>): string => object.spec?.nodeName ?? object.target?.name ?? '';

export function podTopologyLabels(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: (kind) =>
      (kind.operation === 'create' && isObjectOf(kind, 'pods')) ||
      (kind.info.resource === 'pods' && kind.info.group === '' && kind.subresource === 'binding'),
    mutate({ object }) {
      if (!object) return;
      const name = nodeOf(object as unknown as Partial<Pod> & Partial<Binding>);
      if (name === '') return;
      const node = env.find('nodes', { namespace: '', name });
      const copied = COPIED.filter((label) => getOwn(node?.value.metadata.labels, label) !== undefined);
      if (copied.length === 0) return;
      const all: Record<string, string> = { ...object.metadata.labels };
      for (const label of copied) setOwn(all, label, getOwn(node?.value.metadata.labels, label));
      const entries = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
      object.metadata.labels = Object.fromEntries(entries);
    },
  };
}
