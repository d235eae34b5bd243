/** Pods stay for five minutes on a node that is lost, unless they say otherwise: DefaultTolerationSeconds. */
import type { Pod, Toleration } from '../kube/types.gen.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const SECONDS = 300;

/** An empty key or effect tolerates all of them. */
function tolerates({ key = '', effect = '' }: Toleration, taint: string): boolean {
  return (key === taint || key === '') && (effect === 'NoExecute' || effect === '');
}

function tolerate(tolerations: readonly Toleration[], taint: string): boolean {
  for (const toleration of tolerations) if (tolerates(toleration, taint)) return true;
  return false;
}

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (kind) => isObjectOf(kind, 'pods') && (kind.operation === 'create' || kind.operation === 'update'),
  mutate({ object }) {
    const { spec } = object as unknown as Pod;
    const given = spec.tolerations ?? [];
    for (const key of TAINTS) {
      if (tolerate(given, key)) continue;
      const added: Toleration = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS };
      spec.tolerations = [...(spec.tolerations ?? []), added];
    }
  },
};
