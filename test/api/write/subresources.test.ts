import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('status and scale are written apart from the object as on a real server', () =>
  replayWire('api/write/subresources.json'));
