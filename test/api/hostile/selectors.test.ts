import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('selectors that cannot be read are refused as on a real server', () => replayWire('api/hostile/selectors.json'));
