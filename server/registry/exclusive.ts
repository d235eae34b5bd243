/** Hooks that give away what only one object may have, where other servers do so at the same time. */
import { rest } from '../base/turn.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Storage } from '../storage/storage.ts';
import type { Finish, ResourceDefinition } from './resource.ts';

/** Another server's write takes a few milliseconds. */
const PAUSE_MS = 20;
const ATTEMPTS = 50;

type Begin = () => Finish | undefined | Promise<Finish | undefined>;

/** Runs a hook that may give something away. */
export function begun(
  { givesAway }: ResourceDefinition,
  object: KubeObject,
  storage: Storage,
  begin: Begin,
): ReturnType<Begin> {
  return givesAway && storage.claim ? exclusively(object, storage, begin) : begin();
}

/** A write that the storage has failed to answer may have been made. */
export const isKnownOutcome = (error: unknown): boolean => !(error instanceof ApiError && error.code >= 500);

/**
 * Runs a hook, and sees to it that nobody else has what it took: it is claimed, and looked for once more in what others
 * had written until then. A hook that took something else's runs again and takes another one, or says that it is taken.
 *
 * @param begin the hook; it changes nothing but the object's spec
 * @throws ApiError what the hook throws, and 504 when another server has claimed the same for too long
 */
async function exclusively(object: KubeObject, storage: Storage, begin: Begin): Promise<Finish | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const spec = structuredClone(object.spec);
    const finish = await begin();
    const { names, isFree } = finish?.exclusive ?? { names: [], isFree: () => true };
    if (!finish || names.length === 0 || !storage.claim) return finish;
    const release = await storage.claim(names).catch((error: unknown) => {
      finish(false);
      throw error;
    });
    if (!release) await rest(PAUSE_MS);
    await storage.fresh?.();
    if (release && isFree()) {
      return (stored, isKnown = true) => {
        finish(stored);
        release(isKnown);
      };
    }
    release?.(true);
    finish(false);
    object.spec = spec;
  }
  throw new ApiError(504, 'Timeout', 'Timeout: another server has claimed what was asked for, and writes nothing', {
    retryAfterSeconds: 1,
  });
}
