import type { Random } from '../base/random.ts';
import type { RegistryEnv, WriteContext } from './resource.ts';
import type { WriteOptions } from './write.ts';

/** What hooks of a kind are told about a write. @param random of the object; few hooks need any */
export function writeContext(
  env: RegistryEnv,
  { user, dryRun, warn }: WriteOptions,
  random: () => Random,
): WriteContext {
  return {
    ...env,
    get random() {
      return random();
    },
    user,
    dryRun,
    warn,
  };
}
