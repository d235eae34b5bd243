import { expect, test } from 'vitest';
import { seededRandom } from '../../../server/base/random.ts';
import { formatIp, parseCidr } from '../../../server/kube/ip-addresses.ts';
import type { Key } from '../../../server/kube/object.ts';
import { rangeOf } from '../../../server/registry/address-allocator.ts';
import { NumberAllocator, portRange } from '../../../server/registry/number-allocator.ts';

const OWNER: Key = { namespace: 'n', name: 'a' };
const OTHER: Key = { namespace: 'n', name: 'b' };

/** An allocator and what its objects hold, by name. */
function allocator(
  first: number,
  last: number,
  reserved: number,
): { numbers: NumberAllocator; held: Map<string, number[]> } {
  const held = new Map<string, number[]>();
  const numbers = new NumberAllocator(
    { first, last, reserved },
    {
      has: ({ name }, number) => held.get(name)?.includes(number) ?? false,
      *all() {
        for (const [name, values] of held) yield [{ namespace: 'n', name }, values] as const;
      },
    },
  );
  return { numbers, held };
}

test('the first numbers are given out when all others are taken', () => {
  const { numbers } = allocator(1, 20, 5);
  const random = seededRandom(1);
  const given = Array.from({ length: 20 }, () => numbers.takeAny(random, OWNER));
  expect(given.slice(0, 15).every((number) => number !== undefined && number > 5)).toBe(true);
  expect(new Set(given).size).toBe(20);
  expect(numbers.takeAny(random, OWNER)).toBeUndefined();
});

test('a number is taken while a write is under way, and afterwards while its object has it', () => {
  const { numbers, held } = allocator(1, 9, 0);
  expect(numbers.take(3, OWNER)).toBe(true);
  expect(numbers.take(3, OTHER)).toBe(false);
  held.set('a', [3]);
  numbers.finish(3);
  expect(numbers.take(3, OTHER)).toBe(false);
  held.delete('a');
  expect(numbers.take(3, OTHER)).toBe(true);
});

test('a write that fails gives back what it took', () => {
  const { numbers } = allocator(1, 9, 0);
  numbers.take(3, OWNER);
  numbers.finish(3);
  expect(numbers.take(3, OTHER)).toBe(true);
});

test('an object that comes back with an earlier state has its number again', () => {
  const { numbers, held } = allocator(1, 9, 0);
  numbers.take(3, OWNER);
  numbers.finish(3);
  numbers.take(3, OTHER);
  numbers.finish(3);
  held.set('a', [3]);
  expect(numbers.isTaken(3)).toBe(true);
});

test('blocks and ranges leave as many numbers to static requests as upstream', () => {
  const range = (text: string): unknown => {
    const block = parseCidr(text);
    if (!block) throw new Error(text);
    const { family, first, last, reserved } = rangeOf(block);
    const textOf = (bits: bigint): string => formatIp({ family, bits, mapped: false, leadingZeros: false });
    return [textOf(first), textOf(last), Number(reserved)];
  };
  expect(range('10.96.0.0/12')).toEqual(['10.96.0.1', '10.111.255.254', 256]);
  expect(range('10.96.0.0/24')).toEqual(['10.96.0.1', '10.96.0.254', 16]);
  expect(range('10.96.0.0/28')).toEqual(['10.96.0.1', '10.96.0.14', 0]);
  expect(range('fd00:10:96::/112')).toEqual(['fd00:10:96::1', 'fd00:10:96::ffff', 256]);
  expect(portRange(30_000, 32_767)).toEqual({ first: 30_000, last: 32_767, reserved: 86 });
});
