import { test } from 'vitest';
import { replay } from '../support/replay.ts';

test('claims get the default class, and grow when their class lets them', () => replay('core/admission-claims.json'));
test('ingresses get the default class', () => replay('core/admission-ingresses.json'));
test('pods get the overhead and the place of their runtime class', () => replay('core/admission-runtimes.json'));
