import { test } from 'vitest';
import { replay } from '../support/replay.ts';

test('APIServices are checked, filled in, shown and changed as the real server does it', () =>
  replay('core/apiservices.json'));
