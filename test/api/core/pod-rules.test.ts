import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('pods are refused in the words of a real server', () => replay('core/pod-rules.json'));
