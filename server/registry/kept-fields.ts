/** What a write leaves as it is stored, whatever it says. */
import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import type { ResourceDefinition } from './resource.ts';

/** A write through /status leaves everything else as it is stored. */
export function keepAllButStatus(object: KubeObject, old: Frozen<KubeObject>, definition: ResourceDefinition): void {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (field !== 'status' && field !== 'metadata' && field !== 'kind' && field !== 'apiVersion')
      restoreField(object, old, field);
  }
  const meta = object.metadata as Record<string, unknown>;
  for (const field of definition.statusKeeps ?? []) {
    if (old.metadata[field] === undefined) delete meta[field];
    else meta[field] = old.metadata[field];
  }
}

/** Makes a field what it was. */
export function restoreField(object: KubeObject, old: Frozen<KubeObject>, field: string): void {
  if (old[field] === undefined) delete object[field];
  else object[field] = old[field];
}
