import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('every state of a pod is shown in the columns of a real server', () => replay('core/pod-columns.json'));
