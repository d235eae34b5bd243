import { type Key, keyText } from '../../server/kube/object.ts';

/** Pods that wait for objects of their namespace, or of none: they are looked at again when one of those changes. */
export class Waiting {
  readonly #pods = new Map<string, Map<string, Key>>();

  set(key: Key, waits: boolean): void {
    const pods = this.#pods.get(key.namespace);
    if (waits) {
      if (pods) pods.set(keyText(key), key);
      else this.#pods.set(key.namespace, new Map([[keyText(key), key]]));
    } else if (pods?.delete(keyText(key)) && pods.size === 0) this.#pods.delete(key.namespace);
  }

  in(namespace: string): readonly Key[] {
    return [...(this.#pods.get(namespace)?.values() ?? [])];
  }

  anywhere(): readonly Key[] {
    return [...this.#pods.values()].flatMap((pods) => [...pods.values()]);
  }
}
