/** Allowed values (kube-openapi's basicCommonValidator). */
import { deepEqual } from '../../base/freeze.ts';
import { isInt64 } from './value-kinds.ts';

/** Whether a value is one of those that a schema allows. Go converts numbers to the type that the schema has first. */
export function enumTest(allowed: readonly unknown[]): (value: unknown) => boolean {
  const texts = new Set(allowed.filter((one) => typeof one === 'string'));
  const numbers = allowed.filter((one) => typeof one === 'number');
  const others = allowed.filter((one) => typeof one === 'object' || typeof one === 'boolean');
  return (value) => {
    if (typeof value === 'string') return texts.has(value);
    if (typeof value === 'number') return numbers.some((one) => one === (isInt64(one) ? Math.trunc(value) : value));
    // Nothing is equal to null, not even null.
    return value !== null && others.some((one) => deepEqual(one, value));
  };
}
