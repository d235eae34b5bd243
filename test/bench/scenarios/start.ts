import { setTimeout as delay } from 'node:timers/promises';
import { interleave } from '../interleave.ts';
import type { Row, Scenario } from '../scenario.ts';
import { atMost, atMostTimesFloor } from '../target.ts';

const WALL: Row = { work: 'start to the first GET', unit: 'ms', target: atMostTimesFloor(2) };
const CPU: Row = { work: 'CPU of the start', unit: 's', target: atMost(0.25) };
const EARLY: Row = { work: 'memory, 1.5 s after the start', unit: 'MB' };
const IDLE: Row = { work: 'memory, idle', unit: 'MB', target: atMost(90) };

const STARTS_PER_ROUND = 3;
const EARLY_AFTER_MS = 1500;
/** The garbage of the start has been collected then. */
const REST_MS = 22_000;

/** From the start of the process until `/readyz` has said ok and a first GET is answered. */
export const start: Scenario = {
  name: 'start',
  rows: [WALL, CPU],
  async run(bench) {
    await interleave(bench, start.name, async (name) => {
      for (let i = 0; i < STARTS_PER_ROUND; i++) {
        const subject = await bench[name]();
        bench.record(WALL, name, subject.start.firstGetMs);
        bench.record(CPU, name, subject.start.cpuSeconds);
        await subject.end();
      }
    });
  },
};

/** Resident memory of a server that nobody uses: both sides at the same time, which memory does not mind. */
export const idle: Scenario = {
  name: 'idle',
  rows: [EARLY, IDLE],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${idle.name}: round ${round} of ${bench.rounds}`);
      const subjects = { fauxkube: await bench.fauxkube(), floor: await bench.floor() };
      const measure = (row: Row): void => {
        for (const name of ['fauxkube', 'floor'] as const) bench.record(row, name, subjects[name].cost()?.rssMb);
      };
      await delay(EARLY_AFTER_MS);
      measure(EARLY);
      await delay(REST_MS);
      measure(IDLE);
      await Promise.all([subjects.fauxkube.end(), subjects.floor.end()]);
    }
  },
};
