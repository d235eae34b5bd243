import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('volumes and claims are filled in and refused as on a real server', () => replay('core/volumes.json'));
