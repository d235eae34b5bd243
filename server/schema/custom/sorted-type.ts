/** Types whose fields come in the order of their names: what Go prints of a map instead of a struct. */
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';

const sorted = new WeakMap<TypeDescription, TypeDescription>();

/** The same type with its fields in the order of their names, all the way down. */
export function sortedType(type: TypeDescription): TypeDescription {
  let known = sorted.get(type);
  if (!known) {
    const fields = type.fields.map(sortedField).sort((a, b) => (a.name < b.name ? -1 : 1));
    known = { ...type, fields, byName: new Map(fields.map((field) => [field.name, field])) };
    sorted.set(type, known);
  }
  return known;
}

const sortedField = (field: FieldDescription): FieldDescription => ({ ...field, type: sortedValue(field.type) });

function sortedValue(type: ValueType): ValueType {
  const { kind, go, pointer, of, model } = type;
  if (kind !== 'struct' && !of) return type;
  return {
    kind,
    go,
    pointer,
    ...(model !== undefined && { model }),
    ...(of && { of: sortedValue(of) }),
    // Looked up on first use: types refer to themselves.
    get struct() {
      return kind === 'struct' ? sortedType(type.struct as TypeDescription) : undefined;
    },
  } as ValueType;
}
