import type { Frozen } from '../../server/base/freeze.ts';
import type { Taint, Toleration } from '../../server/kube/types.gen.ts';

/** An empty key with Exists tolerates everything; an empty effect tolerates all effects. */
export function tolerates(toleration: Frozen<Toleration>, taint: Frozen<Taint>): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  if (operator === 'Equal' || operator === '') return key !== '' && value === (taint.value ?? '');
  return false;
}

/** The first taint with one of the effects that no toleration covers. */
export function untoleratedTaint(
  taints: readonly Frozen<Taint>[] | undefined,
  tolerations: readonly Frozen<Toleration>[] | undefined,
  effects: readonly string[],
): Frozen<Taint> | undefined {
  return taints?.find(
    (taint) => effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}
