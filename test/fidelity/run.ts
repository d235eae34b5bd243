import { absentVerbs } from './absent.ts';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { recordedLives } from './recorded.ts';
import { type Comparison, replayLife } from './replay.ts';

export const PAGE = 'docs/fidelity.md';
export const FILE = 'server/pipeline/fidelity/fidelity.gen.json';

/** Lives every recorded life, and tells what came out. */
export async function runFidelity(): Promise<Outcomes> {
  const comparisons: Comparison[] = [];
  for (const file of recordedLives()) comparisons.push(...(await replayLife(file)));
  return outcomesOf(comparisons, await absentVerbs());
}

/** One line about an answer that differs. */
export const differenceText = ({ step, expected, actual }: Comparison): string =>
  `${step.method} ${step.type ?? ''} ${step.path}\n  expected ${JSON.stringify(expected)}\n  answered ${JSON.stringify(actual)}`;
