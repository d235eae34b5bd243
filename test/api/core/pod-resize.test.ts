import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('the resources of a pod change as on a real server', () => replay('core/pod-resize.json'));
