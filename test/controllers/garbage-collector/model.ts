/** A slow and simple garbage collector over a few records, to compare the real one with. */

export interface Thing {
  readonly name: string;
  /** Owner by name of the thing that it was, and whether the reference blocks. */
  owners: { readonly owner: Thing; readonly blocks: boolean }[];
  /** Keeps a finalizer that nobody takes off. */
  readonly isHeld: boolean;
  deletion: 'none' | 'background' | 'foreground' | 'orphan';
  isGone: boolean;
}

export class Model {
  readonly things: Thing[] = [];

  add(name: string, owners: Thing['owners'], isHeld: boolean): Thing {
    const thing: Thing = { name, owners, isHeld, deletion: 'none', isGone: false };
    this.things.push(thing);
    return thing;
  }

  get present(): Thing[] {
    return this.things.filter(({ isGone }) => !isGone);
  }

  /** Applies the rules until none of them changes anything. */
  settle(): void {
    while (this.present.some((thing) => this.#step(thing)));
  }

  #dependents(owner: Thing): Thing[] {
    return this.present.filter(({ owners }) => owners.some((reference) => reference.owner === owner));
  }

  #step(thing: Thing): boolean {
    switch (thing.deletion) {
      case 'orphan':
        for (const dependent of this.#dependents(thing))
          dependent.owners = dependent.owners.filter(({ owner }) => owner !== thing);
        thing.deletion = 'background';
        return true;
      case 'foreground':
        if (this.#dependents(thing).some(({ owners }) => owners.some(({ owner, blocks }) => owner === thing && blocks)))
          return false;
        thing.deletion = 'background';
        return true;
      case 'background':
        if (thing.isHeld) return false;
        thing.isGone = true;
        return true;
      default:
        return this.#collect(thing);
    }
  }

  #collect(thing: Thing): boolean {
    const { owners } = thing;
    if (owners.length === 0) return false;
    const isWaiting = ({ owner }: { owner: Thing }): boolean => !owner.isGone && owner.deletion === 'foreground';
    const solid = owners.filter((reference) => !reference.owner.isGone && !isWaiting(reference));
    if (solid.length === owners.length) return false;
    if (solid.length > 0) {
      thing.owners = solid;
      return true;
    }
    const dependents = this.#dependents(thing);
    const isForeground = owners.some(isWaiting) && dependents.length > 0;
    if (isForeground && dependents.some(({ deletion }) => deletion === 'foreground')) {
      thing.owners = owners.map(({ owner }) => ({ owner, blocks: false }));
    }
    thing.deletion = isForeground ? 'foreground' : 'background';
    return true;
  }
}
