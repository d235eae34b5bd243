/** Arithmetic with maps from resource names to quantities, such as the requests of a container. */
import { getOwn, setOwn } from '../base/freeze.ts';
import { formatQuantity, parseQuantity } from './quantity.ts';

/** Resource name to quantity: core.ResourceList. */
export type Amounts = Readonly<Record<string, string>>;

/** Negative, zero or positive, as amounts compare and not as texts do. */
export function compareAmounts(a: string, b: string): number {
  if (a === b) return 0;
  const difference = parseQuantity(a).nano - parseQuantity(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Quantity.Add: nothing takes the format of what is added to it. */
export function addQuantity(a: string, b: string): string {
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  return formatQuantity({ nano: left.nano + right.nano, format: left.nano === 0n ? right.format : left.format });
}

function joined(a: Amounts, b: Amounts, join: (known: string, other: string) => string): Record<string, string> {
  const result: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const known = getOwn(result, name);
    setOwn(result, name, known === undefined ? amount : join(known, amount));
  }
  return result;
}

export const sumAmounts = (a: Amounts, b: Amounts): Record<string, string> => joined(a, b, addQuantity);

export const largerAmounts = (a: Amounts, b: Amounts): Record<string, string> =>
  joined(a, b, (known, other) => (compareAmounts(other, known) > 0 ? other : known));
