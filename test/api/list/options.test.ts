import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('parameters of lists are understood and refused as on a real server', () => replayWire('api/list/options.json'));
