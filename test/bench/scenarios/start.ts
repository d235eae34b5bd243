import { setTimeout as delay } from 'node:timers/promises';
import { interleave } from '../interleave.ts';
import type { Row, Scenario } from '../scenario.ts';
import { atMost, atMostTimesFloor } from '../target.ts';

const WALL: Row = { work: 'start to the first GET', unit: 'ms', target: atMostTimesFloor(2) };
const CPU: Row = { work: 'CPU of the start', unit: 's', target: atMost(0.25) };
const IDLE: Row = { work: 'memory, idle', unit: 'MB', target: atMost(90) };

const STARTS_PER_ROUND = 3;
/** What a start leaves to be done has been done then. */
const IDLE_AFTER_MS = 1500;

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

/** Resident memory of a server that nobody uses. */
export const idle: Scenario = {
  name: 'idle',
  rows: [IDLE],
  async run(bench) {
    await interleave(bench, idle.name, async (name) => {
      const subject = await bench[name]();
      await delay(IDLE_AFTER_MS);
      bench.record(IDLE, name, subject.cost()?.rssMb);
      await subject.end();
    });
  },
};
