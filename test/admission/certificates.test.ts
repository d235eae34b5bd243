import { test } from 'vitest';
import { replay } from '../support/replay.ts';

test('who approves, signs or attests may do so for the signer', () => replay('core/certificates.json'));
