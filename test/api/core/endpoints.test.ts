import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('endpoints are checked, warned about and listed as on a real server', () => replay('core/endpoints.json'));
