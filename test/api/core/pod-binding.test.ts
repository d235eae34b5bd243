import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('pods are bound to nodes, and kubelets report on them, as on a real server', () =>
  replay('core/pod-binding.json'));
