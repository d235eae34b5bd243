import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('nodes are filled in and refused as on a real server', () => replay('core/nodes.json'));
