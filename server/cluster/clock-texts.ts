/** Times and durations as people write them. */
import { formatDuration, parseDuration } from '../schema/go-duration.ts';
import { parseGoTime, RFC3339 } from '../schema/go-time.ts';

const NS_PER_MS = 1_000_000n;

/** Milliseconds of `1h30m`. @throws Error in Go's words */
export const durationMsOf = (text: string): number => Number(parseDuration(text) / NS_PER_MS);

/** `1h30m0s` */
export const durationText = (durationMs: number): string => formatDuration(BigInt(Math.round(durationMs)) * NS_PER_MS);

/** Milliseconds since 1970 of `2026-01-01T00:00:00Z`. @throws Error in Go's words */
export function timeMsOf(text: string): number {
  const { seconds, nanoseconds } = parseGoTime(text, RFC3339);
  return seconds * 1000 + Math.floor(nanoseconds / Number(NS_PER_MS));
}
