import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('bodies that are no object of the kind are refused as on a real server', () =>
  replayWire('api/hostile/bodies.json'));
