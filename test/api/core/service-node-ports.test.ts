import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('node ports are checked, given out, shared and given back as on a real server', () =>
  replay('core/service-node-ports.json'));
