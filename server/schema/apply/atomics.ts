/** Finds what a configuration would replace as a whole: findAtomics of upstream's policy/mutating/patch/smd.go. */
import { getOwn } from '../../base/freeze.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';

/**
 * The paths of all atomic lists, maps and structs that a configuration sets.
 *
 * @example
 * atomicPaths({ spec: { selector: { matchLabels: {} } } }, deployment) // ['.spec.selector']
 */
export function atomicPaths(configuration: object, type: TypeDescription): string[] {
  return fieldsOf(configuration, type, '');
}

function fieldsOf(value: object, type: TypeDescription, path: string): string[] {
  return type.fields.flatMap((field) => {
    const inner = getOwn(value as Record<string, unknown>, field.name);
    return typeof inner === 'object' && inner !== null
      ? pathsOf(inner, field.type, `${path}.${field.name}`, field)
      : [];
  });
}

function pathsOf(value: object, type: ValueType, path: string, field?: FieldDescription): string[] {
  const own = isAtomic(type, field) ? [path] : [];
  if (type.kind === 'struct' && type.struct && !Array.isArray(value)) {
    return [...own, ...fieldsOf(value, type.struct, path)];
  }
  const { of } = type;
  if (!of || (type.kind !== 'list' && type.kind !== 'map')) return own;
  const below = Object.entries(value).flatMap(([key, item]) =>
    // Upstream looks for the fields of structs only, not for the values of maps.
    type.kind === 'list' && typeof item === 'object' && item !== null
      ? pathsOf(item as object, of, `${path}[${key}]`)
      : [],
  );
  return [...own, ...below];
}

function isAtomic(type: ValueType, field: FieldDescription | undefined): boolean {
  if (type.kind === 'list') return (field?.list?.merge ?? 'atomic') === 'atomic';
  if (field?.row.m === 'atomic') return type.kind === 'struct' || type.kind === 'map';
  return type.kind === 'struct' && type.struct?.row.m === 'atomic';
}
