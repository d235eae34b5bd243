import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fidelityId } from '../../server/pipeline/fidelity/fidelity.ts';
import type { Outcomes } from './outcomes.ts';
import { allResources } from './outcomes.ts';
import { fileWith, pageWith } from './page.ts';
import { fileOf, recordedLives } from './recorded.ts';
import { differenceText, FILE, PAGE, runFidelity } from './run.ts';

let outcomes: Outcomes;
beforeAll(async () => {
  outcomes = await runFidelity();
}, 300_000);

describe('the recorded lives of all kinds', () => {
  it('are lived here as on the real server, but for differences that have a name', () => {
    expect(outcomes.unnamed.map(differenceText)).toEqual([]);
  });

  it('show every difference that has a name', () => {
    expect(outcomes.gone.map(({ what }) => what)).toEqual([]);
  });

  it('are there for every kind of every version', () => {
    const ids = allResources().map((info) => fidelityId(info, ''));
    expect(ids.filter((id) => !recordedLives().includes(fileOf(id)))).toEqual([]);
  });
});

describe('docs/fidelity.md', () => {
  it('has the table that the replays make', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page, 'run npm run fidelity').toBe(pageWith(page, outcomes.verbs));
  });

  it('agrees with the file that the server reads', () => {
    expect(readFileSync(FILE, 'utf8'), 'run npm run fidelity').toBe(fileWith(outcomes.verbs));
  });

  it('calls nothing exact that was never compared', () => {
    const exact = outcomes.verbs.filter(({ fidelity }) => fidelity === 'exact');
    expect(exact.filter(({ compared }) => compared === 0)).toEqual([]);
    expect(exact.length).toBeGreaterThan(600);
  });
});
