import { expect, test } from 'vitest';
import { type Ended, outcomeOf } from './outcome.ts';

const SURROUNDINGS = { folders: ['/var/cluster', '/opt/bin'], url: 'https://127.0.0.1:6443', specTimeout: '3m' };

function whyOf(ended: Partial<Ended>): string | undefined {
  const spec = { name: 'a', state: 'failed', seconds: 1, messages: [], step: '', ...ended };
  return outcomeOf(spec, SURROUNDINGS)?.why;
}

test('a failure is told by its first line', () => {
  expect(whyOf({ messages: ['the pod that was created has never been running\nstack'] })).toBe(
    'the pod that was created has never been running',
  );
});

test('a first line that says too little is told with the next ones', () => {
  expect(whyOf({ messages: ['Expected\n    <bool>: false\nto be true'] })).toBe('Expected <bool>: false to be true');
  const ofCommand = 'error running /opt/bin/kubectl logs a-pod-with-a-name:\nstderr:\nError from server\nmore';
  expect(whyOf({ messages: [ofCommand] })).toBe(
    'error running kubectl logs a-pod-with-a-name: stderr: Error from server',
  );
});

test('what differs from run to run is left out', () => {
  const message =
    'pods-7281/web-x7k2p not ready after 60.012s on https://127.0.0.1:6443 (/var/cluster/kubeconfig, 0xc00123abcd)';
  expect(whyOf({ messages: [message] })).toBe('pods-…/web-… not ready after 60s on https://… (kubeconfig, 0x…)');
});

test('a spec whose time is up is told by what it waited for, or else by its last step', () => {
  const [state, limit] = ['timedout', 'A spec timeout occurred'];
  const late = `${limit} and then the following failure was recorded in the node before it exited:\npods: gone`;
  expect(whyOf({ state, messages: [limit, late], step: 'deleting' })).toBe('no end within 3m: pods: gone');
  expect(whyOf({ state, messages: [limit], step: 'deleting' })).toBe('no end within 3m: deleting');
});

test('a spec that somebody interrupted has no outcome', () => {
  const ended = { name: 'a', state: 'interrupted', seconds: 1, messages: ['interrupted by user'], step: '' };
  expect(outcomeOf(ended, SURROUNDINGS)).toBeUndefined();
  expect(outcomeOf({ ...ended, state: 'passed', messages: [] }, SURROUNDINGS)).toEqual({ name: 'a', result: 'passed' });
});
