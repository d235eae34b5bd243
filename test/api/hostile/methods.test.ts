import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('methods that a path does not know are answered as on a real server', () =>
  replayWire('api/hostile/methods.json'));
