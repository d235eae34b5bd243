import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('kinds are selected by their namespace or refuse it as on a real server', () =>
  replayWire('api/list/namespace-fields.json'));
