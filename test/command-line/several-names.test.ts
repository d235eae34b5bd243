import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
  await cli.start(['--nodes=0']);
});
afterAll(() => cli[Symbol.asyncDispose]());

it('clusters delete ends the others when one is not there', async () => {
  for (const name of ['m1', 'm2', 'm3']) await cli.run(['clusters', 'create', name]);
  expect(await cli.run(['clusters', 'delete', 'm1', 'nope', 'm2'])).toMatchObject({
    code: 1,
    stdout: 'cluster/m1 deleted\ncluster/m2 deleted\n',
    stderr: 'fauxkube: there is no virtual cluster "nope"\n',
  });
  const json = await cli.run(['clusters', 'delete', 'nope', 'm3', '--output', 'json']);
  expect([json.code, JSON.parse(json.stdout)]).toEqual([1, { deleted: ['m3'] }]);
});

it('faults remove takes the others away when one is not there', async () => {
  await cli.run(['faults', 'add', '{"name": "a", "match": {"resource": "pods"}, "code": 503}']);
  await cli.run(['faults', 'add', '{"name": "b", "match": {"resource": "pods"}, "code": 503}']);
  expect(await cli.run(['faults', 'remove', 'a', 'nope', 'b'])).toMatchObject({
    code: 1,
    stdout: 'fault/a removed\nfault/b removed\n',
    stderr: expect.stringMatching(/^fauxkube: .*nope.*\n$/),
  });
});

it('controllers disable switches the others off when one is not there', async () => {
  expect(await cli.run(['controllers', 'disable', 'job', 'nope', 'cronjob'])).toMatchObject({
    code: 1,
    stdout: 'job-controller off\ncronjob-controller off\n',
    stderr: expect.stringMatching(/^fauxkube: there is no controller "nope"/),
  });
});
