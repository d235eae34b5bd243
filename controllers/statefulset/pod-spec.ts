/** Pods as a stateful set makes them. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Pod, PodTemplateSpec, StatefulSet, Volume } from '../../server/kube/types.gen.ts';
import { HASH, STATEFUL_SET } from '../lib/controller-revision.ts';
import { podFromTemplate } from '../lib/pod-control.ts';
import { claimName } from './claims.ts';
import { identityLabels, podName } from './identity.ts';

/** The volumes of a pod: its claims come first, and win over volumes of the template of the same name. */
function withClaims(
  set: Frozen<StatefulSet>,
  ordinal: number,
  volumes: readonly Frozen<Volume>[] = [],
): Frozen<Volume>[] {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const names = new Set(templates.map(({ metadata }) => metadata.name));
  const claims = templates.map((template) => ({
    name: template.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
  return [...claims, ...volumes.filter(({ name }) => !names.has(name))];
}

/** The pod of an ordinal, made of a template (newVersionedStatefulSetPod). */
export function newPod(
  set: Frozen<StatefulSet>,
  ordinal: number,
  template: Frozen<PodTemplateSpec>,
  revision: string,
): KubeObject {
  const pod = podFromTemplate(template, set, STATEFUL_SET);
  const name = podName(set, ordinal);
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal), [HASH]: revision };
  const volumes = withClaims(set, ordinal, template.spec.volumes);
  return {
    ...pod,
    metadata: { ...pod.metadata, name, labels },
    spec: {
      ...template.spec,
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

/** Whether a pod uses the claims that are made for it. */
export function storageMatches(set: Frozen<StatefulSet>, ordinal: number, { spec }: Frozen<Pod>): boolean {
  return (set.spec.volumeClaimTemplates ?? []).every((template) => {
    const volume = spec.volumes?.find(({ name }) => name === template.metadata.name);
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal);
  });
}

/** The pod with the name and labels of its ordinal. */
export function withIdentity(set: Frozen<StatefulSet>, ordinal: number, pod: Frozen<Pod>): Frozen<Pod> {
  const { namespace = '' } = set.metadata;
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal) };
  return { ...pod, metadata: { ...pod.metadata, name: podName(set, ordinal), namespace, labels } };
}

/** The pod with the volumes of its ordinal. */
export function withStorage(set: Frozen<StatefulSet>, ordinal: number, pod: Frozen<Pod>): Frozen<Pod> {
  return { ...pod, spec: { ...pod.spec, volumes: withClaims(set, ordinal, pod.spec.volumes) } };
}
