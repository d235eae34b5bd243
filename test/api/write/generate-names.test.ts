import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('a change of generateName is refused by the kinds that refuse it on a real server', () =>
  replayWire('api/write/generate-names.json'));
