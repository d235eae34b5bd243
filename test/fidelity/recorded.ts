/** Where the recorded lives are. */
import { readdirSync } from 'node:fs';
import { golden } from '../support/golden.ts';
import { unpacked } from './delta.ts';
import type { RecordedLifeStep } from './steps.ts';

const FOLDER = 'lives';

/** The golden file of a kind, below test/golden: `apps/v1/deployments` → `lives/apps.v1.deployments.json`. */
export const fileOf = (resource: string): string => `${FOLDER}/${resource.replaceAll('/', '.')}.json`;

/** The golden files of all kinds, below test/golden. */
export function recordedLives(): readonly string[] {
  return readdirSync(`test/golden/${FOLDER}`)
    .sort()
    .map((file) => `${FOLDER}/${file}`);
}

/** The steps of a recorded life, with what the real server answered. */
export function recordedSteps(file: string): readonly RecordedLifeStep[] {
  const steps = golden<RecordedLifeStep>(file);
  const answers = unpacked(steps.map(({ answer }) => answer));
  return steps.map((step, index) => ({ ...step, answer: answers[index] }));
}
