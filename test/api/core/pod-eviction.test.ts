import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('pods are evicted as on a real server', () => replay('core/pod-eviction.json'));
