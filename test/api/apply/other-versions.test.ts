import { describe, test } from 'vitest';
import { replay } from '../../support/replay.ts';

describe('an update of what clients of another version own', () => {
  test('takes fields from autoscaling/v1 and v2 in turn, as on a real server', () =>
    replay('core/managers-scalers.json'));
  test('takes fields from v1 and events.k8s.io/v1 in turn, as on a real server', () =>
    replay('core/managers-events.json'));
});
