import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('secrets, config maps and service accounts are stored and refused as on a real server', () =>
  replay('core/configuration.json'));
