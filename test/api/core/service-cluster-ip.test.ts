import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('addresses and families of services are checked, given out and kept as on a real server', () =>
  replay('core/service-addresses.json'));
