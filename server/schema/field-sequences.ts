/** A field that has a place among the others of its type. */
interface Placed {
  readonly position: number;
}

/** The fields seen so far of one object. */
export interface FieldSequence<Field> {
  readonly fields: readonly Field[];
  readonly longer: Map<string, FieldSequence<Field>>;
  /** The same fields in order of their positions, once somebody asked. */
  ordered: readonly Field[] | undefined;
}

/** Types have few sequences in practice; a client that tries all of them must not fill the memory. */
const SEQUENCES_MAX = 4096;

/**
 * Puts the fields of objects in the order of their type. Objects of a type come with the same few sequences of fields
 * again and again, so each sequence is sorted once: from then on the way from field to field ends at the answer.
 *
 * @example
 * let sequence = sequences.start();
 * for (const name in object) sequence = sequences.add(sequence, name) ?? sequence; // undefined for an unknown field
 * const fields = sequences.inOrder(sequence);
 */
export class FieldSequences<Field extends Placed> {
  readonly #byName: ReadonlyMap<string, Field>;
  #first: FieldSequence<Field> = { fields: [], longer: new Map(), ordered: [] };
  #count = 0;

  constructor(byName: ReadonlyMap<string, Field>) {
    this.#byName = byName;
  }

  start(): FieldSequence<Field> {
    return this.#first;
  }

  /** The sequence with one field more; undefined when the type has no such field. */
  add(sequence: FieldSequence<Field>, name: string): FieldSequence<Field> | undefined {
    return sequence.longer.get(name) ?? this.#grow(sequence, name);
  }

  inOrder(sequence: FieldSequence<Field>): readonly Field[] {
    sequence.ordered ??= [...sequence.fields].sort((a, b) => a.position - b.position);
    return sequence.ordered;
  }

  #grow(sequence: FieldSequence<Field>, name: string): FieldSequence<Field> | undefined {
    const field = this.#byName.get(name);
    if (!field) return undefined;
    if (++this.#count > SEQUENCES_MAX) {
      // Whoever is on the way goes on in the old ones, which nobody enters any more.
      this.#first = { fields: [], longer: new Map(), ordered: [] };
      this.#count = 0;
    }
    const longer = { fields: [...sequence.fields, field], longer: new Map(), ordered: undefined };
    sequence.longer.set(name, longer);
    return longer;
  }
}
