import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('objects and collections are deleted as on a real server', () => replayWire('api/write/deletes.json'));
