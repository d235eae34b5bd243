import type { Frozen } from '../../base/freeze.ts';
import type { Container, PodSpec } from '../../kube/types.gen.ts';
import { isMessagePolicy, isPullPolicy } from './pod-spec-rules-containers.ts';

/** The name of a field that a container has otherwise in another version of its pod. */
export type ChangedField = keyof Container;

/**
 * Fields that may change without a look at anything else, and when they are right: no rule looks at one of them and at
 * something besides. A rule that does takes its field out of here.
 */
const ALONE: Partial<Record<keyof Container, (container: Frozen<Container>) => boolean>> = {
  image: ({ image = '' }) => image !== '' && image === image.trim(),
  imagePullPolicy: ({ imagePullPolicy }) => isPullPolicy(imagePullPolicy),
  terminationMessagePolicy: ({ terminationMessagePolicy }) => isMessagePolicy(terminationMessagePolicy),
};

type Fields = Readonly<Record<string, unknown>>;

/** The names of the fields that are not the very same; undefined where one came or went. */
function changedFields(next: Fields, old: Fields): string[] | undefined {
  const changed: string[] = [];
  let count = 0;
  for (const name in next) {
    const value = next[name];
    if (value === undefined) continue;
    count++;
    if (value === old[name]) continue;
    if (old[name] === undefined) return undefined;
    changed.push(name);
  }
  for (const name in old) if (old[name] !== undefined) count--;
  return count === 0 ? changed : undefined;
}

/**
 * What differs between two specs of which versions of one pod share all that is equal: fields of containers that rules
 * look at one by one, and that are right.
 *
 * @returns undefined where anything else differs, or is wrong: then all the rules have to say what
 */
export function soundContainerChanges(
  spec: Frozen<PodSpec>,
  old: Frozen<PodSpec>,
): readonly ChangedField[] | undefined {
  const fields = changedFields(spec as unknown as Fields, old as unknown as Fields);
  if (!fields) return undefined;
  const changes: ChangedField[] = [];
  for (const field of fields) {
    // Ephemeral containers have rules of their own for their images.
    if (field !== 'containers' && field !== 'initContainers') return undefined;
    if (!addChanges(changes, spec[field] ?? [], old[field] ?? [])) return undefined;
  }
  return changes;
}

function addChanges(changes: ChangedField[], containers: Frozen<Container[]>, before: Frozen<Container[]>): boolean {
  if (containers.length !== before.length) return false;
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i] as Frozen<Container>;
    const old = before[i] as Frozen<Container>;
    if (container === old) continue;
    const fields = changedFields(container as unknown as Fields, old as unknown as Fields);
    if (!fields) return false;
    for (const name of fields) {
      const field = name as ChangedField;
      if (!ALONE[field]?.(container)) return false;
      changes.push(field);
    }
  }
  return true;
}
