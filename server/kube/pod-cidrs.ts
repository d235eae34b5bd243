/** Pod ranges of nodes: /24s of 10.224.0.0/11, from 10.244.1.0 on and round. */
const BLOCKS = 2 ** 13;
const FIRST = (244 - 224) * 256 + 1;

/**
 * The range of the n-th node, counted from 0.
 *
 * @example
 * podCidr(0) // '10.244.1.0/24'
 */
export function podCidr(index: number): string {
  const block = (FIRST + index) % BLOCKS;
  return `10.${224 + Math.floor(block / 256)}.${block % 256}.0/24`;
}

/** The first range that no node has. */
export function freePodCidr(taken: ReadonlySet<string>): string | undefined {
  for (let index = 0; index < BLOCKS; index++) if (!taken.has(podCidr(index))) return podCidr(index);
  return undefined;
}
