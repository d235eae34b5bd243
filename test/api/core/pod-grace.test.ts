import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('pods get time to end as on a real server', () => replay('core/pod-deletion.json'));
