import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('content types and Accept headers are understood and refused as on a real server', () =>
  replayWire('api/hostile/media-types.json'));
