/** All pods of a cluster that is not told otherwise, and how much of that a node gets. */
export const POD_RANGE = '10.224.0.0/11';
export const POD_RANGE_MASK = 24;

const BLOCKS = 2 ** 13;

/** The first node's: 10.244.1.0/24. From there on and round. */
export const FIRST_POD_BLOCK = (244 - 224) * 256 + 1;

/**
 * The range of the n-th node, counted from 0.
 *
 * @example
 * podCidr(0) // '10.244.1.0/24'
 */
export function podCidr(index: number): string {
  const block = (FIRST_POD_BLOCK + index) % BLOCKS;
  return `10.${224 + Math.floor(block / 256)}.${block % 256}.0/24`;
}
