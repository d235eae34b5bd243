/** Who set the replicas of an object, seen through its Scale: apimachinery's managedfields.ScaleHandler. */
import { difference, type FieldsV1, leaf } from './fields-v1.ts';
import { type ManagedFieldsEntry, sameManager, withoutRepeats } from './managed-fields.ts';

const SCALE_VERSION = 'autoscaling/v1';

/** The field has the same path in a Scale as in the objects that have one. */
const REPLICAS: FieldsV1 = { 'f:spec': { 'f:replicas': leaf() } };

const setsReplicas = ({ fieldsV1 }: ManagedFieldsEntry): boolean => fieldsV1?.['f:spec']?.['f:replicas'] !== undefined;

/** The managers of a Scale: those of its parent that set the replicas. */
export function scaleEntries(parent: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return withoutRepeats(parent)
    .filter(setsReplicas)
    .map((entry) => ({ ...entry, apiVersion: SCALE_VERSION, fieldsV1: REPLICAS }));
}

/**
 * The managers of the parent after a write to its Scale.
 *
 * Upstream compares managers with their versions, and those of a Scale have another one. So whoever sets the replicas
 * loses them to an entry of the same name without a time, even when a write changes nothing, and the next write drops
 * that one.
 */
export function parentEntries(
  parent: readonly ManagedFieldsEntry[],
  scale: readonly ManagedFieldsEntry[],
  apiVersion: string,
): ManagedFieldsEntry[] {
  const kept: ManagedFieldsEntry[] = [];
  let taken = scale.filter(setsReplicas);
  for (const entry of withoutRepeats(parent)) {
    if (!setsReplicas(entry) || taken.some((other) => sameManager(other, entry))) {
      kept.push(entry);
      taken = taken.filter((other) => !sameManager(other, entry));
      continue;
    }
    const fieldsV1 = difference(entry.fieldsV1, REPLICAS);
    if (fieldsV1) kept.push({ ...entry, fieldsV1 });
  }
  const moved = taken.map(({ time: _time, ...entry }) => ({ ...entry, apiVersion, fieldsV1: REPLICAS }));
  return [...kept, ...moved];
}
