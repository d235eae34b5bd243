import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('validating policies whose expressions do not compile are refused, as on a real server', () =>
  replay('policies/refused-validating.json'));
test('mutating policies whose expressions do not compile are refused, as on a real server', () =>
  replay('policies/refused-mutating.json'));
test('webhooks whose match conditions do not compile are refused, as on a real server', () =>
  replay('policies/refused-conditions.json'));
