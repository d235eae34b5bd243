import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('parts of objects that do not exist are not found, implemented or not', () =>
  replayWire('api/write/missing.json'));
