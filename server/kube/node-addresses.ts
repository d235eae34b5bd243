/** Addresses of simulated nodes: 172.18.0.11 and on. */
const FIRST = 11;
const COUNT = 2 ** 16 - FIRST;

/**
 * The address of the n-th node, counted from 0.
 *
 * @example
 * nodeAddress(0) // '172.18.0.11'
 */
export function nodeAddress(index: number): string {
  const host = index + FIRST;
  return `172.18.${Math.floor(host / 256)}.${host % 256}`;
}

/** The first address that no node has. */
export function freeNodeAddress(taken: ReadonlySet<string>): string | undefined {
  for (let index = 0; index < COUNT; index++) if (!taken.has(nodeAddress(index))) return nodeAddress(index);
  return undefined;
}
