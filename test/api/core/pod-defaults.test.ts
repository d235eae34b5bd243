import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('pods are filled in as on a real server', () => replay('core/pod-defaults.json'));
