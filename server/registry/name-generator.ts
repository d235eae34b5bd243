import type { Random } from '../base/random.ts';

/** k8s.io/apiserver/pkg/storage/names: five characters follow the prefix, and the whole has at most 63. */
const SUFFIX_LENGTH = 5;
const MAX_PREFIX = 63 - SUFFIX_LENGTH;

/** How often a name is drawn again when it is taken (RetryGenerateName). */
export const NAME_ATTEMPTS = 8;

/**
 * @example
 * generateName('web-', random) // 'web-x7k2p'
 */
export function generateName(prefix: string, random: Random): string {
  return prefix.slice(0, MAX_PREFIX) + random.suffix(SUFFIX_LENGTH);
}

/** Whether an object's name is one that was made up for it. */
export function isGenerated({
  name = '',
  generateName: prefix = '',
}: {
  name?: string;
  generateName?: string;
}): boolean {
  const length = Math.min(prefix.length, MAX_PREFIX);
  return prefix !== '' && name.length === length + SUFFIX_LENGTH && name.startsWith(prefix.slice(0, MAX_PREFIX));
}
