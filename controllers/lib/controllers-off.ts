/** Which controllers that an object waits for are off for it, and what keeps them away. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { ControllerOff } from '../../server/kube/controller-off.ts';
import { type KubeObject, resourceName } from '../../server/kube/object.ts';
import type { ControllerDefinition } from './controller.ts';
import { disabledControllersOf, namespaceOf } from './gate.ts';
import { isNamedIn, type Switch } from './switches.ts';

/** `apps/v1/deployments` is `deployments.apps`, in whatever version. */
function nameOf(resource: string): string {
  const [plural = '', , group = ''] = resource.split('/').reverse();
  return resourceName(group, plural);
}

/** Whether an object of a resource waits for what a controller does. */
function isConcerned(definition: ControllerDefinition, resource: string, object: Frozen<KubeObject>): boolean {
  const isOwn = definition.watches.some((watched) => watched.isSelf && nameOf(watched.resource) === resource);
  return isOwn || definition.concerns?.(resource, object) === true;
}

/** Why a controller leaves an object alone; undefined when it does not. The switches count before the annotation. */
function reasonOf(
  name: string,
  power: Switch,
  [object, ...owners]: readonly [Frozen<KubeObject>, ...Frozen<KubeObject>[]],
): ControllerOff | undefined {
  const namespace = namespaceOf(object);
  if (!power.isOn(namespace)) {
    if (power.namespaces[namespace] === false) return { name, by: 'namespace', namespace };
    return { name, by: power.isOnAtFirst ? 'switch' : 'start' };
  }
  const holder = [object, ...owners].find((one) => isNamedIn(disabledControllersOf(one) ?? '', name));
  return holder && { name, by: 'annotation', object: `${holder.kind ?? ''}/${holder.metadata.name ?? ''}` };
}

/**
 * @param resource of the object: `deployments.apps`
 * @param chain the object, and those that control it, the nearest first
 */
export function controllersOff(
  definitions: readonly ControllerDefinition[],
  switches: ReadonlyMap<string, Switch>,
  resource: string,
  chain: readonly [Frozen<KubeObject>, ...Frozen<KubeObject>[]],
): ControllerOff[] {
  return definitions.flatMap((definition) => {
    const power = switches.get(definition.name);
    if (!power || !isConcerned(definition, resource, chain[0])) return [];
    return reasonOf(definition.name, power, chain) ?? [];
  });
}
