import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('services are refused and warned about in the words of a real server', () => replay('core/service-rules.json'));
