import { test } from 'vitest';
import { replay } from '../support/replay.ts';

test('new nodes are tainted, and pods show the zone of their node', () => replay('core/admission-nodes.json'));
