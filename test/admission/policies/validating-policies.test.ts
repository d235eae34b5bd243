import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('policies refuse writes with their messages and reasons, as on a real server', () =>
  replay('policies/validating-denials.json'));
test('bindings deny, warn and audit, and policies may fail open, as on a real server', () =>
  replay('policies/validating-actions.json'));
test('expressions know the request, its user and its namespace, as on a real server', () =>
  replay('policies/validating-variables.json'));
test('rules, selectors and exceptions choose the writes, as on a real server', () =>
  replay('policies/validating-matching.json'));
test('parameters come by name or selector, as on a real server', () => replay('policies/validating-params.json'));
