import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('of a pod only what a real server lets change changes', () => replay('core/pod-updates.json'));
