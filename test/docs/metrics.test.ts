import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { METRIC_KINDS, readToldMetric } from '../../server/cluster/told-metrics.ts';

it('docs/controllers.md has the fields of each kind of metric', () => {
  const rows = readFileSync('docs/controllers.md', 'utf8').matchAll(/^\| `(\w+)` \| `[A-Z].* \| (`namespace`.*) \|$/gm);
  const documented = [...rows].map(([, kind = '', fields = '']) => [kind, fields.replaceAll('`', '')]);
  const taken = METRIC_KINDS.map((kind) => {
    try {
      readToldMetric(kind, { nonsense: 1 });
    } catch (error) {
      return [kind, (error as Error).message.replace(/^.* it may have /, '')];
    }
    return [kind, ''];
  });
  expect(documented).toEqual(taken);
});
