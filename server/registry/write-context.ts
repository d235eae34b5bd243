import type { Random } from '../base/random.ts';
import type { RegistryEnv, WriteContext } from './resource.ts';
import type { WriteOptions } from './write.ts';

/** What hooks of a kind are told about a write. @param random of the object; few hooks need any */
export function writeContext(
  { clock, find, list }: RegistryEnv,
  { user, dryRun, warn }: WriteOptions,
  random: () => Random,
): WriteContext {
  return {
    clock,
    get random() {
      return random();
    },
    find,
    list,
    user,
    dryRun,
    warn,
  };
}
