import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('a field that comes twice is read as on a real server', () => replayWire('api/write/repeated-fields.json'));
