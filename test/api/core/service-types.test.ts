import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('a service that changes its type keeps and loses what it does on a real server', () =>
  replay('core/service-types.json'));
