import { expect, test } from 'vitest';
import { admissionChain } from '../../server/admission/chain.ts';
import { AdmissionMetrics } from '../../server/admission/metrics.ts';
import type { AdmissionPlugin } from '../../server/admission/plugin.ts';
import { nextTurn } from '../../server/base/turn.ts';
import type { AdmissionChain, Review } from '../../server/registry/admission-chain.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const chainOf = (plugins: readonly AdmissionPlugin[]): AdmissionChain =>
  admissionChain(plugins, new AdmissionMetrics(new SimulatedClock()));

const [core] = builtInTypes().groups.find(({ group }) => group === '')?.versions ?? [];
const infoOf = (plural: string): Review['info'] => {
  const info = core?.resources.find(({ resource }) => resource === plural);
  if (!info) throw new Error(`no ${plural}`);
  return info;
};

function review(plural: string, operation: Review['operation'], subresource?: string): Review {
  const user = { name: 'x', groups: [] };
  return {
    operation,
    info: infoOf(plural),
    subresource,
    key: { namespace: '', name: 'a' },
    user,
    dryRun: false,
    warn: () => undefined,
  };
}

test('plugins run one after the other, in their order', async () => {
  const calls: string[] = [];
  const plugin = (name: string): AdmissionPlugin => ({
    name,
    handles: () => true,
    async mutate() {
      calls.push(`${name} begins`);
      await nextTurn();
      calls.push(`${name} ends`);
    },
    validate: () => void calls.push(`${name} looks`),
  });
  const chain = chainOf([plugin('first'), plugin('second')]);
  await chain.mutate(review('pods', 'create'));
  await chain.validate(review('pods', 'create'));
  expect(calls).toEqual(['first begins', 'first ends', 'second begins', 'second ends', 'first looks', 'second looks']);
});

test('a refusal ends the chain', async () => {
  const calls: string[] = [];
  const refuse = (): never => {
    throw new Error('no');
  };
  const chain = chainOf([
    { name: 'first', handles: () => true, validate: refuse },
    { name: 'second', handles: () => true, validate: () => void calls.push('second') },
  ]);
  await expect(chain.validate(review('pods', 'create'))).rejects.toThrow('no');
  expect(calls).toEqual([]);
});

test('a plugin is asked once for each kind of write', async () => {
  const asked: string[] = [];
  let mutated = 0;
  const chain = chainOf([
    {
      name: 'creates of pods',
      handles({ info, operation, subresource = '' }) {
        asked.push(`${operation} ${info.resource}/${subresource}`);
        return info.resource === 'pods' && operation === 'create';
      },
      mutate: () => void mutated++,
    },
  ]);
  for (let round = 0; round < 2; round++) {
    await chain.mutate(review('pods', 'create'));
    await chain.mutate(review('pods', 'update', 'status'));
    await chain.mutate(review('nodes', 'create'));
  }
  expect([asked, mutated]).toEqual([['create pods/', 'update pods/status', 'create nodes/'], 2]);
});
