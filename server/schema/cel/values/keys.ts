import { formatDouble } from './double-text.ts';
import { CelDouble, CelUint, isInt, typeName, type Value } from './value.ts';

/** A key, or another simple value, inside of a message. */
export function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null || typeof key === 'boolean' || isInt(key)) return String(key);
  if (key instanceof CelUint) return String(key.value);
  return key instanceof CelDouble ? formatDouble(key.value) : typeName(key);
}
