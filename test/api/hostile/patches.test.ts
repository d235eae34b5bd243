import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('patches that lead astray are answered as on a real server', () => replayWire('api/hostile/patches.json'));
