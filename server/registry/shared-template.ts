import { deepEqual, deepFreeze, type Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import type { ValueType } from '../schema/type-table.ts';
import { SharedParts } from './shared-parts.ts';

/** The value before it, if it was the same. Objects of one template come one after the other. */
function likeLast<T extends object>(value: T, last: Frozen<T> | undefined): Frozen<T> {
  return last !== undefined && deepEqual(value, last) ? last : deepFreeze(value);
}

/**
 * Keeps once what the objects of one template have in common: their spec, their labels and who owns them. Whoever looks
 * at many of them then knows by identity that there is nothing new to look at.
 *
 * @example
 * const template = new SharedTemplate(podSpecType);
 * template.share(first);
 * template.share(second); // second.metadata.labels === first.metadata.labels, if they are equal
 */
export class SharedTemplate {
  readonly #specs: SharedParts;
  #labels: Frozen<NonNullable<KubeObject['metadata']['labels']>> | undefined;
  #owners: Frozen<NonNullable<KubeObject['metadata']['ownerReferences']>> | undefined;

  /** @param type of the specs */
  constructor(type: ValueType) {
    this.#specs = new SharedParts(type);
  }

  /** Replaces the parts of a new object that others have, too. They are frozen then. */
  share(object: KubeObject): void {
    const { metadata } = object;
    const { labels, ownerReferences } = metadata;
    if (typeof object.spec === 'object' && object.spec !== null) object.spec = this.#specs.share(object.spec);
    if (labels) {
      this.#labels = likeLast(labels, this.#labels);
      metadata.labels = this.#labels;
    }
    if (ownerReferences) {
      this.#owners = likeLast(ownerReferences, this.#owners);
      metadata.ownerReferences = this.#owners as typeof ownerReferences;
    }
  }
}
