import type { Random } from '../base/random.ts';
import type { User } from '../kube/object.ts';
import type { RegistryEnv, WriteContext } from './resource.ts';
import type { WriteOptions } from './write.ts';

/** A class: every write makes one, and few hooks look at what is made only when it is asked for. */
class LazyWriteContext implements WriteContext {
  readonly clock: RegistryEnv['clock'];
  readonly find: RegistryEnv['find'];
  readonly list: RegistryEnv['list'];
  readonly serviceBlocks?: NonNullable<RegistryEnv['serviceBlocks']>;
  readonly user: User;
  readonly dryRun: boolean;
  readonly warn: (text: string) => void;
  readonly #random: () => Random;

  constructor(env: RegistryEnv, { user, dryRun, warn }: WriteOptions, random: () => Random) {
    this.clock = env.clock;
    this.find = env.find;
    this.list = env.list;
    if (env.serviceBlocks) this.serviceBlocks = env.serviceBlocks;
    this.user = user;
    this.dryRun = dryRun;
    this.warn = warn;
    this.#random = random;
  }

  get random(): Random {
    return this.#random();
  }
}

/** What hooks of a kind are told about a write. @param random of the object; few hooks need any */
export function writeContext(env: RegistryEnv, write: WriteOptions, random: () => Random): WriteContext {
  return new LazyWriteContext(env, write, random);
}
