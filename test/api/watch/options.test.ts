import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('parameters of watches are understood and refused as on a real server', () =>
  replayWire('api/watch/options.json'));
