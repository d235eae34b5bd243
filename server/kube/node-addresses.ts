/** Addresses of simulated nodes: 172.18.0.11 and on. */
const FIRST = 11;

/**
 * The address of the n-th node, counted from 0.
 *
 * @example
 * nodeAddress(0) // '172.18.0.11'
 */
export function nodeAddress(index: number): string {
  const host = index + FIRST;
  return `172.${18 + Math.floor(host / 65_536)}.${Math.floor(host / 256) % 256}.${host % 256}`;
}
