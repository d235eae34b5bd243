import { deepEqual, type Frozen } from '../base/freeze.ts';
import type { Toleration } from '../kube/types.gen.ts';

/** Leaves out what another toleration covers; of equal ones the first stays (MergeTolerations). */
export function mergeTolerations(all: readonly Frozen<Toleration>[]): Toleration[] {
  const merged: Toleration[] = [];
  for (const [i, toleration] of all.entries()) {
    const isCovered = merged.some((other) => covers(other, toleration));
    const later = all.slice(i + 1).some((other) => !deepEqual(other, toleration) && covers(other, toleration));
    if (!isCovered && !later) merged.push({ ...toleration });
  }
  return merged;
}

/** Whether whatever `toleration` tolerates, `wide` does too. */
export function covers(wide: Frozen<Toleration>, toleration: Frozen<Toleration>): boolean {
  if (deepEqual(wide, toleration)) return true;
  const [key = '', effect = '', operator = ''] = [wide.key, wide.effect, wide.operator];
  if (key !== (toleration.key ?? '') && !(key === '' && operator === 'Exists')) return false;
  if (effect !== (toleration.effect ?? '') && effect !== '') return false;
  if (effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    if (toleration.tolerationSeconds === undefined || toleration.tolerationSeconds > wide.tolerationSeconds)
      return false;
  }
  if (operator === 'Exists') return true;
  // Upstream looks for the word: an operator that is left out does not count as Equal here.
  return (
    (operator === 'Equal' || operator === '') && isEqual(toleration) && (toleration.value ?? '') === (wide.value ?? '')
  );
}

const isEqual = ({ operator }: Frozen<Toleration>): boolean => operator === 'Equal';
