import { describe, test } from 'vitest';
import { replay } from '../../support/replay.ts';

describe('a server-side apply', () => {
  test('owns what it names, takes over by force, and gives up what it drops, as on a real server', () =>
    replay('core/apply-ownership.json'));
  test('merges lists by their keys, as on a real server', () => replay('core/apply-lists.json'));
  test('reaches status and scale, as on a real server', () => replay('core/apply-subresources.json'));
  test('follows a client-side apply of kubectl, as on a real server', () => replay('core/apply-migration.json'));
  test('knows managers of other versions, as on a real server', () => replay('core/apply-versions.json'));
  test('refuses what cannot be applied, as a real server does', () => replay('core/apply-faults.json'));
});
