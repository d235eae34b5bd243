import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('replication controllers and pod templates are checked and scaled as on a real server', () =>
  replay('core/replication.json'));
