import { afterAll, beforeAll, describe } from 'vitest';
import { expiry } from './storage/expiry.ts';
import { history } from './storage/history.ts';
import { lists } from './storage/lists.ts';
import { randomOperations } from './storage/random-operations.ts';
import { replace } from './storage/replace.ts';
import { restore } from './storage/restore.ts';
import { sharing } from './storage/sharing.ts';
import { backends } from './storage/subject.ts';
import { updates } from './storage/updates.ts';
import { watches } from './storage/watches.ts';
import { writes } from './storage/writes.ts';

// The contract of the interface Storage: every implementation passes all of it.
describe.each(backends.filter(({ skipped }) => !skipped))('$name', (backend) => {
  beforeAll(() => backend.start?.());
  afterAll(() => backend.stop?.());
  describe('writes', () => writes(backend));
  describe('updates', () => updates(backend));
  describe('sharing', () => sharing(backend));
  describe('lists', () => lists(backend));
  describe('history', () => history(backend));
  describe('watches', () => watches(backend));
  describe('random operations', () => randomOperations(backend));
  describe('expiry', () => expiry(backend));
  describe('replace', () => replace(backend));
  describe('restore', () => restore(backend));
});
