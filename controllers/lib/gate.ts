import type { Cancel } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { type Key, type KubeObject, keyOf, keyText } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import { controllerRefOf } from './adopt.ts';
import type { ControllerDefinition, ControllerEnv } from './controller.ts';
import type { InformerSet } from './informer.ts';
import { isNamedIn, type Switch } from './switches.ts';

/** Names controllers that leave an object alone, and whatever it controls: `deployment,replicaset`. */
export const DISABLED_CONTROLLERS = 'fauxkube.dev/disabled-controllers';

/** Where an object is. */
export interface ObjectPlace {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

const NAMESPACES: ResourceId = 'v1/namespaces';

/** A pod of a job of a cron job has two; nobody needs more, and a circle must not keep us. */
const OWNERS_MAX = 8;

/** Every kind that controls objects of others has such a plural. */
const resourceOf = (apiVersion: string, kind: string): ResourceId => `${apiVersion}/${kind.toLowerCase()}s`;

/** What the annotation of an object says, if it has one. */
export function disabledControllersOf(object: Frozen<KubeObject> | undefined): string | undefined {
  return object && getOwn(object.metadata.annotations, DISABLED_CONTROLLERS);
}

/** Whose switch counts. A namespace is in itself: its switch also means the controllers of the namespace. */
export function namespaceOf({ kind, metadata: { namespace, name = '' } }: Frozen<KubeObject>): string {
  return namespace ?? (kind === 'Namespace' ? name : '');
}

export interface GateParts {
  readonly definition: ControllerDefinition;
  readonly env: ControllerEnv;
  readonly power: Switch;
  readonly informers: InformerSet;
}

/**
 * Stands before the work of one running controller: a key whose namespace or object is switched off is kept until it
 * is on again. Controllers need no code for it.
 */
export class Gate {
  readonly #parts: GateParts;
  /** Keys that were not let through, and whether that is for their object's sake. */
  readonly #held = new Map<string, { readonly key: Key; readonly byObject: boolean }>();
  readonly #followed = new Map<ResourceId, Cancel>();

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Whether a key may be worked on; if not, it comes again when it may. */
  admit(key: Key): boolean {
    const object = this.#objectOf(key);
    const isOn = this.#parts.power.isOn(this.#namespaceOf(key, object));
    if (isOn && !this.#isNamedBy(object)) return true;
    this.#held.set(keyText(key), { key, byObject: isOn });
    return false;
  }

  /** A switch was thrown: everything that waits is asked again. */
  reopen(which: 'all' | 'by-object' = 'all'): void {
    for (const [text, { key, byObject }] of this.#held) {
      if (which === 'by-object' && !byObject) continue;
      this.#held.delete(text);
      this.#parts.env.enqueue(key);
    }
  }

  stop(): void {
    for (const cancel of this.#followed.values()) cancel();
    this.#followed.clear();
    this.#held.clear();
  }

  /** What a key means. Most controllers watch its kind for its own sake; some only name it in what they watch. */
  #objectOf(key: Key): Frozen<KubeObject> | undefined {
    const { definition, env, informers } = this.#parts;
    if (definition.objectOf) return definition.objectOf(key, env);
    const own = definition.watches.filter(({ isSelf }) => isSelf);
    for (const { resource } of own.length > 0 ? own : definition.watches) {
      const object = informers.of(resource).get(key);
      if (object) return object;
    }
    return undefined;
  }

  #namespaceOf(key: Key, object: Frozen<KubeObject> | undefined): string {
    if (object) return namespaceOf(object);
    const isOfNamespaces = this.#parts.definition.watches.some(({ resource }) => resource === NAMESPACES);
    return key.namespace === '' && isOfNamespaces ? key.name : key.namespace;
  }

  /** Whether the annotation of an object, or of whoever controls it, names this controller. */
  #isNamedBy(object: Frozen<KubeObject> | undefined): boolean {
    const { definition, informers } = this.#parts;
    const asked: ResourceId[] = [];
    let current = object;
    for (let depth = 0; current && depth < OWNERS_MAX; depth++) {
      const names = disabledControllersOf(current);
      if (names !== undefined && isNamedIn(names, definition.name)) {
        for (const resource of [...asked, ...definition.watches.map((watched) => watched.resource)])
          this.#follow(resource);
        return true;
      }
      const owner = controllerRefOf(current);
      if (!owner) return false;
      const resource = resourceOf(owner.apiVersion, owner.kind);
      const { namespace = '' } = current.metadata;
      current = informers.running(resource)?.get({ namespace, name: owner.name });
      if (current?.metadata.uid !== owner.uid) return false;
      asked.push(resource);
    }
    return false;
  }

  /** Whoever changes an annotation changes what is held because of it. */
  #follow(resource: ResourceId): void {
    if (this.#followed.has(resource)) return;
    const cancel = this.#parts.informers.of(resource).onChange(({ before, now }) => {
      const names = disabledControllersOf(before);
      if (names !== undefined && names !== disabledControllersOf(now)) this.reopen('by-object');
    });
    this.#followed.set(resource, cancel);
  }
}

/** Objects with the annotation, and what it names. */
export function annotated(informers: InformerSet): { readonly names: string; readonly place: ObjectPlace }[] {
  const found: { readonly names: string; readonly place: ObjectPlace }[] = [];
  for (const object of informers.objects()) {
    const names = disabledControllersOf(object);
    if (names === undefined) continue;
    const { namespace, name } = keyOf(object);
    const { apiVersion = '', kind = '' } = object;
    found.push({ names, place: { apiVersion, kind, ...(namespace !== '' && { namespace }), name } });
  }
  return found;
}
