import { nameOf, type State } from './state.ts';

/** No object without the owners that it names, none with two controllers, none on its way out. */
export function ownership(state: State): string[] {
  const found: string[] = [];
  for (const object of state.objects) {
    const { ownerReferences = [], deletionTimestamp, namespace, finalizers = [] } = object.metadata;
    if (deletionTimestamp !== undefined) found.push(`${nameOf(object)} never goes: ${finalizers.join(', ')}`);
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
