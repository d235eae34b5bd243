/** What these controllers ask about nodes. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { Node, NodeCondition } from '../../server/kube/types.gen.ts';

export const NODES = 'v1/nodes';

export const nodeKey = (name: string): Key => ({ namespace: '', name });

export function readyConditionOf({ status }: Frozen<Node>): Frozen<NodeCondition> | undefined {
  return status.conditions?.find(({ type }) => type === 'Ready');
}

/** What Events about a node refer to; it may be gone. */
export function nodeReference(name: string, uid: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
}

/** Region and zone of a node as one text, as upstream's GetZoneKey joins them; empty for a node without both. */
export function zoneOf({ metadata: { labels = {} } }: Frozen<Node>): string {
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}
