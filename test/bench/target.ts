/** What a median has to reach: a number of its own, or so many times what the floor has reached in the same run. */
export interface Target {
  readonly bound: 'at most' | 'at least';
  readonly value: number;
  readonly timesFloor: boolean;
}

export const atMost = (value: number): Target => ({ bound: 'at most', value, timesFloor: false });
export const atLeast = (value: number): Target => ({ bound: 'at least', value, timesFloor: false });
export const atMostTimesFloor = (value: number): Target => ({ bound: 'at most', value, timesFloor: true });
export const atLeastTimesFloor = (value: number): Target => ({ bound: 'at least', value, timesFloor: true });

/** Whether the target is met; `undefined` when there is none, or what it speaks of was not measured. */
export function isMet(
  target: Target | undefined,
  measured: number | undefined,
  floor: number | undefined,
): boolean | undefined {
  if (!target) return undefined;
  const limit = target.timesFloor ? floor && floor * target.value : target.value;
  if (measured === undefined || limit === undefined) return undefined;
  return target.bound === 'at most' ? measured <= limit : measured >= limit;
}
