import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('limit ranges and resource quotas are filled in and refused as on a real server', () =>
  replay('core/limits.json'));
