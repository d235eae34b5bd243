import { test } from 'vitest';
import { replay } from '../support/replay.ts';

test('pods keep to the baseline of any version', () => replay('core/pod-security-baseline.json'));

test('pods keep to the restricted level of any version', () => replay('core/pod-security-restricted.json'));

test('a namespace can warn of a level instead of enforcing it', () => replay('core/pod-security-modes.json'));

test('labels of a namespace are checked, and compared with the pods that are there', () =>
  replay('core/pod-security-namespaces.json'));
