import { describe } from 'vitest';
import { requests } from './transport/requests.ts';
import { doors } from './transport/subject.ts';
import { watches } from './transport/watches.ts';

// The contract of the interface Transport: controllers cannot tell whether they run within a server or outside.
describe.each(doors)('$name', (door) => {
  describe('requests', () => requests(door));
  describe('watches', () => watches(door));
});
