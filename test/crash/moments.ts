/** When a server is killed. */
import { watch } from 'node:fs';
import { rest } from '../../server/base/turn.ts';
import type { Choice } from '../churn/choice.ts';

const BUSY_MS = 350;
/** A life in which nothing of the kind happens ends too. */
const PATIENCE_MS = 1500;
/** Steps that follow one another within a compaction are that far apart. */
const STEP_MS = 4;

export interface Moment {
  readonly name: string;
  readonly come: Promise<void>;
}

/** What the files of the directory tell of: a snapshot is begun, has taken the place of the old one, a journal file. */
const STEPS = [
  { name: 'snapshot begun', file: /^cluster\.json\.tmp$/ },
  { name: 'snapshot replaced', file: /^cluster\.json$/ },
  { name: 'journal begun or removed', file: /^journal-/ },
] as const;

/** A moment while others write: any, or one of a compaction. */
export function momentOf(choice: Choice, directory: string): Moment {
  const step = choice.oneIn(2) ? choice.of(STEPS) : undefined;
  if (!step) return { name: 'busy', come: rest(choice.random.fraction() * BUSY_MS) };
  const laterMs = choice.oneIn(2) ? 0 : choice.random.fraction() * STEP_MS;
  // Not the first one of each life, or later ones would never be hit.
  const beforeMs = choice.random.fraction() * BUSY_MS;
  return { name: step.name, come: seen(directory, step.file, beforeMs).then(() => rest(laterMs)) };
}

/** Resolves when a file of a directory is made, written to, renamed or removed, or when patience ends. */
export async function touched(directory: string, patienceMs: number): Promise<void> {
  const events = watch(directory);
  const happened = new Promise<void>((resolve) => void events.once('change', () => resolve()));
  await Promise.race([happened, rest(patienceMs)]);
  events.close();
}

/** Resolves when a file of that name is made, renamed or removed. */
async function seen(directory: string, file: RegExp, beforeMs: number): Promise<void> {
  await rest(beforeMs);
  const events = watch(directory);
  const happened = new Promise<void>((resolve) => {
    events.on('change', (type, name) => {
      if (type === 'rename' && file.test(String(name))) resolve();
    });
  });
  await Promise.race([happened, rest(PATIENCE_MS)]);
  events.close();
}
