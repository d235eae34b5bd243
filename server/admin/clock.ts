/** `/-/clock` and `/-/settle`: the time of a cluster, and waiting until it is at rest. */
import type { ClockState } from '../base/movable-clock.ts';
import { durationMsOf, durationText, timeMsOf } from '../cluster/clock-texts.ts';
import {
  type ClockControls,
  ForeignClock,
  ImpossibleTime,
  NOW,
  possibleSpeed,
  possibleTime,
} from '../cluster/cluster-clock.ts';
import { NotSettled } from '../cluster/settle.ts';
import { ApiError, badRequest } from '../kube/api-error.ts';
import { type AdminRoute, STATUS, SUCCESS, schema } from './route.ts';

const SETTLE_SECONDS = 30;
/** No wait for rest is longer. */
export const SETTLE_SECONDS_MAX = 3600;

type Step = (clock: ClockControls) => Promise<ClockState>;

const FIELDS = ['freeze', 'set', 'advance', 'next', 'speed'];

/** What somebody wants of the clock, in the order in which it is done. @throws ApiError 400 */
function stepsOf(body: Record<string, unknown>, { now: nowMs, offset }: ClockState): Step[] {
  const { freeze, set, advance, next, speed } = body;
  const unknown = Object.keys(body).filter((name) => !FIELDS.includes(name));
  if (unknown.length > 0) throw badRequest(`there is no field ${JSON.stringify(unknown[0])}: ${listOf(FIELDS)}`);
  if (Object.keys(body).length === 0) throw badRequest(`the body has to say what to do: ${listOf(FIELDS)}`);
  if (freeze !== undefined && typeof freeze !== 'boolean') throw badRequest('freeze has to be true or false');
  if (next !== undefined && next !== true) throw badRequest('next has to be true');
  if (next !== undefined && advance !== undefined) throw badRequest('advance and next cannot be had together');
  const timeMs = set === undefined ? undefined : timeOf(set);
  const durationMs = advance === undefined ? undefined : durationOf(advance);
  const times = speed === undefined ? undefined : speedOf(speed);
  if (durationMs !== undefined) {
    const fromMs = timeMs === NOW ? nowMs - offset : (timeMs ?? nowMs);
    checked(() => possibleTime(fromMs + durationMs), 'advance');
  }
  return [
    ...(freeze === true ? [(clock: ClockControls) => clock.freeze()] : []),
    ...(timeMs === undefined ? [] : [(clock: ClockControls) => clock.set(timeMs)]),
    ...(durationMs === undefined ? [] : [(clock: ClockControls) => clock.advance(durationMs)]),
    ...(next === undefined ? [] : [(clock: ClockControls) => clock.next()]),
    ...(times === undefined ? [] : [(clock: ClockControls) => clock.speed(times)]),
    ...(freeze === false ? [(clock: ClockControls) => clock.resume()] : []),
  ];
}

const listOf = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

function timeOf(set: unknown): number | typeof NOW {
  if (typeof set !== 'string') throw badRequest('set has to be a time such as "2026-01-01T00:00:00Z", or "now"');
  if (set === NOW) return NOW;
  return checked(() => possibleTime(timeMsOf(set)), 'set');
}

function durationOf(advance: unknown): number {
  if (typeof advance !== 'string') throw badRequest('advance has to be a duration such as "1h30m"');
  const durationMs = checked(() => durationMsOf(advance), 'advance');
  if (advance.startsWith('-')) throw badRequest('advance: time passes forwards only; use set to go back');
  return durationMs;
}

function speedOf(speed: unknown): number {
  if (typeof speed !== 'number') throw badRequest('speed has to be a number');
  return checked(() => possibleSpeed(speed), 'speed');
}

function checked<T>(read: () => T, field: string): T {
  try {
    return read();
  } catch (error) {
    throw badRequest(`${field}: ${(error as Error).message}`);
  }
}

/** Turns what a clock may say into answers. */
async function answered<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ForeignClock) throw new ApiError(409, 'Conflict', error.message);
    if (error instanceof ImpossibleTime) throw badRequest(error.message);
    if (error instanceof NotSettled) throw new ApiError(504, 'Timeout', error.message);
    throw error;
  }
}

/** A state as it is sent: times and durations as people write them. */
function told({ now, frozen, speed, offset, timers, nextTimer }: ClockState): object {
  return {
    now: new Date(now).toISOString(),
    frozen,
    speed,
    offset: durationText(offset),
    timers,
    nextTimer: nextTimer === undefined ? null : new Date(nextTimer).toISOString(),
  };
}

const STATE = schema.object({
  now: schema.text('what time it is'),
  frozen: schema.flag('whether time stands still'),
  speed: schema.number('how much faster than real time it passes otherwise'),
  offset: schema.text('how far it is ahead of real time: a duration of Go'),
  timers: schema.number('how many timers wait for something that a user may wait for'),
  nextTimer: { type: 'string', nullable: true, description: 'when the first of them is due' },
});

function timeoutOf({ timeoutSeconds = SETTLE_SECONDS, ...others }: Record<string, unknown>): number {
  const isPossible = typeof timeoutSeconds === 'number' && timeoutSeconds > 0 && timeoutSeconds <= SETTLE_SECONDS_MAX;
  if (isPossible && Object.keys(others).length === 0) return timeoutSeconds * 1000;
  throw badRequest(`the body may be {"timeoutSeconds": N}, with a number up to ${SETTLE_SECONDS_MAX}, or nothing`);
}

export const clockRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/clock',
    summary: 'what time it is in the cluster',
    answer: STATE,
    handle: async ({ clock }) => told(await answered(() => clock.state())),
  },
  {
    method: 'POST',
    path: '/clock',
    summary: 'stop, set or move the time of the cluster',
    description: 'Several fields are obeyed in this order: freeze, set, advance or next, speed, going on.',
    body: schema.object({
      freeze: schema.flag('whether time stands still from now on'),
      set: schema.text('the time that it is at once, in RFC 3339; now: real time'),
      advance: schema.text('how much time passes: a duration of Go, such as 1h30m'),
      next: schema.flag('true: time passes until the next timer that a user may wait for'),
      speed: schema.number('how much faster than real time it passes when it does not stand still'),
    }),
    answer: STATE,
    handle: async ({ clock }, { body }) => {
      const asked = await body();
      return answered(async () => {
        for (const step of stepsOf(asked, clock.state())) await step(clock);
        return told(clock.state());
      });
    },
  },
  {
    method: 'POST',
    path: '/settle',
    summary: 'wait until nothing is queued or running, and every watcher has been told everything',
    description: 'Timers, back-off and heartbeats are not waited for. Too late, 504 names what is busy.',
    body: schema.object({ timeoutSeconds: schema.number(`how long at most; ${SETTLE_SECONDS} unless given`) }),
    answer: STATUS,
    handle: async (target, { body }) => {
      await answered(async () => target.settle(timeoutOf(await body())));
      return SUCCESS;
    },
  },
];
