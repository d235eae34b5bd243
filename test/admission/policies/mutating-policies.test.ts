import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('configurations and patches change objects, as on a real server', () => replay('policies/mutating.json'));
test('policies take parameters, and look again at what others changed, as on a real server', () =>
  replay('policies/mutating-invocations.json'));
