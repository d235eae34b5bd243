import { test } from 'vitest';
import { replay } from '../../support/replay.ts';

test('a pod gets ephemeral containers as on a real server', () => replay('core/pod-ephemeral-containers.json'));
