import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('watches begin as on a real server, in every form', () => replayWire('api/watch/beginnings.json'));
