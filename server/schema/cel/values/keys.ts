import { formatDouble } from './double-text.ts';
import { CelDouble, CelUint, type Value } from './value.ts';

/** A key inside of a message. */
export function keyText(key: Value): string {
  if (key instanceof CelUint) return String(key.value);
  return key instanceof CelDouble ? formatDouble(key.value) : String(key);
}
