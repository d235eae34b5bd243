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

/** What is known about an answer that differs. */
export function differenceText({ step, expected, actual }: Comparison): string {
  const asked = `${step.method} ${step.type ?? ''} ${step.path}`;
  return `${asked}\n  expected ${JSON.stringify(expected)}\n  answered ${JSON.stringify(actual)}`;
}
