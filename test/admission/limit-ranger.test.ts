import { test } from 'vitest';
import { replay } from '../support/replay.ts';

test('pods and claims keep to the limit ranges of their namespace, and get their defaults', () =>
  replay('core/limit-ranger.json'));
