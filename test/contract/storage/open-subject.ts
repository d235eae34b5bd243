import { afterEach, beforeEach } from 'vitest';
import type { LocalStorage } from '../../../server/storage/storage.ts';
import type { SimulatedClock } from '../../support/simulated-clock.ts';
import type { Backend, Subject } from './subject.ts';

/** A fresh subject for each test of a suite. */
export function eachTest(backend: Backend): {
  readonly storage: () => LocalStorage;
  readonly clock: () => SimulatedClock;
  readonly pause: () => Promise<void>;
  /** The same in the life of an object that lives for a time, where that goes on by the same clock afterwards. */
  readonly pauseInLife: () => Promise<void>;
} {
  let subject: Subject | undefined;
  const current = (): Subject => {
    if (!subject) throw new Error('no test is running');
    return subject;
  };
  beforeEach(async () => {
    subject = await backend.open();
  });
  afterEach(async () => {
    await subject?.dispose();
    subject = undefined;
  });
  const pause = (): Promise<void> => current().pause();
  const pauseInLife = backend.keepsTimes ? pause : () => Promise.resolve();
  return { storage: () => current().storage, clock: () => current().clock, pause, pauseInLife };
}
