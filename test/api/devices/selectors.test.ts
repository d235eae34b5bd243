import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('expressions that select devices have to compile and be cheap enough, as on a real server', () =>
  replay('core/device-selectors.json'));
