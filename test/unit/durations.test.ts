import { describe, expect, it } from 'vitest';
import { humanDuration, since } from '../../server/kube/human-duration.ts';
import { formatDuration, parseDuration } from '../../server/schema/go-duration.ts';
import { canonicalMicroTime, canonicalTime } from '../../server/schema/go-time.ts';
import { outcome } from '../support/golden.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Right: what Go prints with time.ParseDuration and Duration.String().
const DURATIONS: readonly [string, string][] = [
  ['0', '0s'],
  ['0s', '0s'],
  ['-0', '0s'],
  ['1h', '1h0m0s'],
  ['1h0m0s', '1h0m0s'],
  ['90m', '1h30m0s'],
  ['90s', '1m30s'],
  ['1.5h', '1h30m0s'],
  ['1.5s', '1.5s'],
  ['.5s', '500ms'],
  ['1.s', '1s'],
  ['100ms', '100ms'],
  ['1500us', '1.5ms'],
  ['1µs', '1µs'],
  ['1μs', '1µs'],
  ['1ns', '1ns'],
  ['0.5ns', '0s'],
  ['-1m', '-1m0s'],
  ['+5s', '5s'],
  ['1h1m1s1ms1us1ns', '1h1m1.001001001s'],
  ['2562047h47m16.854775807s', '2562047h47m16.854775807s'],
  ['3ns2us1ms', '1.002003ms'],
];

const NOT_DURATIONS: readonly [string, string][] = [
  ['', 'time: invalid duration ""'],
  ['5', 'time: missing unit in duration "5"'],
  ['s', 'time: invalid duration "s"'],
  ['-', 'time: invalid duration "-"'],
  ['.s', 'time: invalid duration ".s"'],
  ['1', 'time: missing unit in duration "1"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1 s', 'time: unknown unit " s" in duration "1 s"'],
  ['1s ', 'time: unknown unit "s " in duration "1s "'],
  ['1h-1m', 'time: unknown unit "h-" in duration "1h-1m"'],
  ['1S', 'time: unknown unit "S" in duration "1S"'],
  ['1e3s', 'time: unknown unit "e" in duration "1e3s"'],
  ['--1s', 'time: invalid duration "--1s"'],
  ['ä', 'time: invalid duration "\\xc3\\xa4"'],
  ['1ä', 'time: unknown unit "\\xc3\\xa4" in duration "1\\xc3\\xa4"'],
  ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
  ['3000000h', 'time: invalid duration "3000000h"'],
];

describe('durations', () => {
  it('are read and printed as Go does', () => {
    expect(DURATIONS.map(([text]) => [text, formatDuration(parseDuration(text))])).toEqual(DURATIONS);
  });

  it('are refused in the words of Go', () => {
    const found = NOT_DURATIONS.map(([text]) => [text, outcome('fits', () => parseDuration(text))]);
    expect(found).toEqual(NOT_DURATIONS.map(([text, message]) => [text, { message }]));
  });

  it('show ages with one unit or two, as tables do', () => {
    const ages: [number, string][] = [
      [-2 * SECOND, '<invalid>'],
      [-SECOND, '0s'],
      [0, '0s'],
      [999, '0s'],
      [SECOND, '1s'],
      [119 * SECOND, '119s'],
      [120 * SECOND, '2m'],
      [121 * SECOND, '2m1s'],
      [10 * MINUTE - 1, '9m59s'],
      [10 * MINUTE, '10m'],
      [179 * MINUTE, '179m'],
      [3 * HOUR, '3h'],
      [3 * HOUR + MINUTE, '3h1m'],
      [8 * HOUR - 1, '7h59m'],
      [8 * HOUR, '8h'],
      [47 * HOUR, '47h'],
      [48 * HOUR, '2d'],
      [49 * HOUR, '2d1h'],
      [8 * DAY - HOUR, '7d23h'],
      [8 * DAY, '8d'],
      [729 * DAY, '729d'],
      [730 * DAY, '2y'],
      [731 * DAY, '2y1d'],
      [8 * 365 * DAY - DAY, '7y364d'],
      [8 * 365 * DAY, '8y'],
      [100 * 365 * DAY, '100y'],
    ];
    expect(ages.map(([ms]) => [ms, humanDuration(ms)])).toEqual(ages);
    expect(since(undefined, 0)).toBe('<unknown>');
    expect(since('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 0, 42))).toBe('42s');
  });
});

describe('times', () => {
  it('become UTC with whole seconds, or with microseconds', () => {
    const times: [string, string][] = [
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
      ['2026-01-01T00:30:00+02:00', '2025-12-31T22:30:00Z'],
      ['2026-01-01T00:00:00.999999999Z', '2026-01-01T00:00:00Z'],
      ['2024-02-29T23:59:59-12:00', '2024-03-01T11:59:59Z'],
      ['0001-01-01T00:00:01Z', '0001-01-01T00:00:01Z'],
      ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
      ['2026-01-31T00:00:00Z', '2026-01-31T00:00:00Z'],
    ];
    expect(times.map(([text]) => [text, canonicalTime(text)])).toEqual(times);
    expect(canonicalMicroTime('2026-01-01T00:00:00.000001+01:00')).toBe('2025-12-31T23:00:00.000001Z');
    expect(() => canonicalTime('2026-02-29T00:00:00Z')).toThrow(
      'parsing time "2026-02-29T00:00:00Z": day out of range',
    );
  });
});
