import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('objects are created and refused as on a real server', () => replayWire('api/write/creates.json'));
