import { expect, test } from 'vitest';
import { replay } from '../support/replay.ts';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const ON = { admissionPlugins: { enable: ['NodeRestriction'], disable: [] } };

test('nodes are refused what is not theirs in the words of a real server', () =>
  replay('core/node-restriction.json', ON));
