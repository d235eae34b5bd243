import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('paths that are not there are missed before anything else is looked at, as on a real server', () =>
  replayWire('api/hostile/missing-parts.json'));
