import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('both groups of events show the same objects, each in its form, as on a real server', () =>
  replay('core/events.json'));

test('events are made, found, changed and deleted, one by one and together, through either group', () =>
  replay('core/event-life.json'));
