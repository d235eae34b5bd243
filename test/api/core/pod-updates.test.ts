import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('of a pod only what a real server lets change changes', () => replay('core/pod-updates.json'));

test('parts of a pod that a change leaves alone stay as they were', () => replay('core/pod-rich-updates.json'));
