import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { isOver, nameOf, type State } from './state.ts';

/** A claim that was deleted stays as long as a pod uses it. */
function isInUse(state: State, { kind, metadata }: Frozen<KubeObject>): boolean {
  if (kind !== 'PersistentVolumeClaim') return false;
  return state
    .of<Pod>('Pod', metadata.namespace)
    .some(
      (pod) =>
        !isOver(pod) &&
        pod.spec.volumes?.some(({ persistentVolumeClaim: claim }) => claim?.claimName === metadata.name),
    );
}

/** No object without the owners that it names, none with two controllers, none on its way out. */
export function ownership(state: State): string[] {
  const found: string[] = [];
  for (const object of state.objects) {
    const { ownerReferences = [], deletionTimestamp, namespace, finalizers = [] } = object.metadata;
    if (deletionTimestamp !== undefined && !isInUse(state, object))
      found.push(`${nameOf(object)} never goes: ${finalizers.join(', ')}`);
    const controllers = ownerReferences.filter(({ controller }) => controller);
    if (controllers.length > 1) found.push(`${nameOf(object)} has ${controllers.length} controllers`);
    for (const { uid, kind, name } of ownerReferences) {
      const owner = state.byUid.get(uid);
      if (!owner) found.push(`${nameOf(object)} is an orphan of ${kind} ${name}`);
      else if (owner.metadata.namespace !== undefined && owner.metadata.namespace !== namespace)
        found.push(`${nameOf(object)} has an owner in another namespace`);
    }
  }
  return found;
}
