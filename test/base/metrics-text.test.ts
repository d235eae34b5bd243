import { expect, test } from 'vitest';
import { Histogram, metricsText } from '../../server/base/metrics-text.ts';

const gauge = (value: number): string =>
  metricsText([{ name: 'g', help: 'h', type: 'gauge', samples: [{ labels: {}, value }] }])
    .split(/\s/)
    .at(-2) ?? '';

test.each([
  ['161', 161],
  ['1e+06', 1_000_000],
  ['1.234567e+06', 1_234_567],
  ['123456', 123_456],
  ['1.35334828503e+11', 135_334_828_503],
  ['0.0001', 0.0001],
  ['1e-05', 0.00001],
  ['0.000794672', 0.000794672],
  ['1e+20', 1e20],
  ['123456.789', 123456.789],
  ['-3.5', -3.5],
  ['0', 0],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['NaN', Number.NaN],
])('%s is how Go prints it', (text, value) => {
  expect(gauge(value)).toBe(text);
});

test('labels are in order and escaped, families too, and what has no samples is left out', () => {
  const samples = [
    { labels: { b: 'x', a: 'q"\\\n' }, value: 1 },
    { labels: { a: 'first' }, value: 2 },
  ];
  const text = metricsText([
    { name: 'z_total', help: 'a\nb "c" \\', type: 'counter', samples },
    { name: 'none', help: 'x', type: 'gauge', samples: [] },
    { name: 'a', help: 'x', type: 'gauge', samples: [{ labels: {}, value: 0 }] },
  ]);
  expect(text.split('\n')).toEqual([
    '# HELP a x',
    '# TYPE a gauge',
    'a 0',
    '# HELP z_total a\\nb "c" \\\\',
    '# TYPE z_total counter',
    'z_total{a="first"} 2',
    'z_total{a="q\\"\\\\\\n",b="x"} 1',
    '',
  ]);
});

test('the ranges of a histogram count everything below their end', () => {
  const value = new Histogram([0.5, 1]);
  for (const seconds of [0.5, 0.6, 1, 7]) value.observe(seconds);
  const text = metricsText([{ name: 'd', help: 'x', type: 'histogram', samples: [{ labels: { of: 'y' }, value }] }]);
  expect(text.trimEnd().split('\n').slice(2)).toEqual([
    'd_bucket{of="y",le="0.5"} 1',
    'd_bucket{of="y",le="1"} 3',
    'd_bucket{of="y",le="+Inf"} 4',
    'd_sum{of="y"} 9.1',
    'd_count{of="y"} 4',
  ]);
});
