import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('namespaces live and die as on a real server', () => replay('core/namespaces.json'));
