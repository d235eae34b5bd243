import { expect, test } from 'vitest';
import type { Clock } from '../../server/base/clock.ts';
import { nextTurn } from '../../server/base/turn.ts';
import { newMachine, startLive } from '../shell/simulated.ts';

/** A clock that moves when it is told to. */
function movedClock(): Clock & { move(ms: number): Promise<void> } {
  let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  return {
    simulated: true,
    now: () => nowMs,
    schedule(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async move(ms) {
      for (let i = 0; i < 20; i++) await nextTurn();
      nowMs += ms;
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.run();
      }
    },
  };
}

test('programs sleep, and tell the time, by the clock of the cluster', async () => {
  const clock = movedClock();
  const script = 'date +%T; sleep 1h; date +%T; touch f; stat -c %y f; timeout 30m sleep 2h; echo $?';
  const live = await startLive(newMachine({ clock }), ['sh', '-c', script]);
  await live.until('03:04:05\n');
  await clock.move(3_600_000);
  await live.until('2026-01-02 04:04:05.000000000 +0000\n');
  await clock.move(1_800_000);
  expect(await live.process.exitCode).toBe(0);
  expect(live.text()).toBe('03:04:05\n04:04:05\n2026-01-02 04:04:05.000000000 +0000\nTerminated\n143\n');
});

test('tail -f follows a file that grows, is cut and comes back', async () => {
  const clock = movedClock();
  const machine = newMachine({ clock });
  await machine.start(['sleep', 'infinity'], {});
  const live = await startLive(machine, ['sh', '-c', 'echo one > log; tail -f log']);
  await live.until('one\n');
  const writer = await startLive(machine, ['sh', '-c', 'echo two >> log; echo up']);
  await writer.until('up');
  await clock.move(1000);
  await live.until('two\n');
  const cutter = await startLive(machine, ['sh', '-c', 'echo 3 > log; echo up']);
  await cutter.until('up');
  await clock.move(1000);
  await live.until('3\n');
  live.process.signal('KILL');
  expect(await live.process.exitCode).toBe(137);
});

test('the same seed gives the same random numbers', async () => {
  const texts = [];
  for (let i = 0; i < 2; i++) {
    const live = await startLive(newMachine(), [
      'sh',
      '-c',
      'echo $RANDOM $RANDOM; head -c 4 /dev/urandom | xxd -p; mktemp -u',
    ]);
    await live.process.exitCode;
    texts.push(live.text());
  }
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).toMatch(/^\d+ \d+\n[0-9a-f]{8}\n/);
});
