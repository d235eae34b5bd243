import type { Amounts } from './amounts.ts';
import { parseQuantity } from './quantity.ts';

/** What the annotation `fauxkube.dev/usage` says of a pod that nobody can measure. */
export const UNKNOWN_USAGE = 'unknown';

/**
 * What a pod is said to use.
 *
 * @returns undefined for what nobody can read
 * @example
 * readUsage('cpu=250m,sidecar/cpu=10m') // { cpu: '250m', 'sidecar/cpu': '10m' }
 */
export function readUsage(text: string): Amounts | undefined {
  const usage = text.split(',').map((entry) => entry.split('=').map((part) => part.trim()));
  if (!usage.every(([name = '', amount = '', ...more]) => name !== '' && isAmount(amount) && more.length === 0))
    return undefined;
  return Object.fromEntries(usage.map(([name = '', amount = '']) => [name, amount]));
}

/** Whether a text is a quantity of something that can be used. */
export function isAmount(text: string): boolean {
  try {
    return parseQuantity(text).nano >= 0n;
  } catch {
    return false;
  }
}
