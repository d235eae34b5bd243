import { test } from 'vitest';
import { replayWire } from '../../support/replay-wire.ts';

test('lists are ordered, selected, cut and formed as on a real server', () => replayWire('api/list/forms.json'));
