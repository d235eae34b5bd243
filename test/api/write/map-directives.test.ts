import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('directives about lists in maps are refused as on a real server', () =>
  replayWire('api/write/map-directives.json'));
