import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('strange paths and names are answered as on a real server', () => replayWire('api/hostile/paths.json'));
