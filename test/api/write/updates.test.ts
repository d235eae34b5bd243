import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('objects are replaced, patched and created by replacing as on a real server', () =>
  replayWire('api/write/updates.json'));
