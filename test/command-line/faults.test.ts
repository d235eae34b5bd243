import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

const RULE = '{"name": "busy", "match": {"path": "/version"}, "throttle": true, "times": 1}';

describe('fauxkube faults', () => {
  let cli: CommandLine;
  let url: string;
  beforeAll(async () => {
    cli = await commandLine();
    ({ url } = await cli.start(['--nodes', '0']));
  });
  afterAll(async () => {
    await cli.endAll();
    await cli[Symbol.asyncDispose]();
  });

  const faults = async (...args: string[]): Promise<readonly [code: number | null, said: string]> => {
    const { code, stdout, stderr } = await cli.run(['faults', ...args]);
    return [code, stdout + stderr];
  };
  it('warns of a resource that there is not, and names the nearest', async () => {
    const warning = 'rule.match.resource: no resource "configmap-s" is served now: did you mean "configmaps"?';
    const rule = '{"name": "w", "match": {"resource": "configmap-s"}, "code": 503}';
    expect(await cli.run(['faults', 'add', rule])).toMatchObject({
      code: 0,
      stdout: 'fault/w added\n',
      stderr: `fauxkube: warning: ${warning}\n`,
    });
    expect((await faults('clear'))[0]).toBe(0);
  });

  const status = async (): Promise<number> => {
    const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
    return (await ask(`${url}/version`, { credentials })).status;
  };

  it('adds rules, lists and removes them', async () => {
    expect(await faults('add', RULE)).toEqual([0, 'fault/busy added\n']);
    expect([await status(), await status()]).toEqual([429, 200]);
    const line = 'busy spent, 1 of 1: {"match":{"path":"/version"},"throttle":true,"times":1}\n';
    expect(await faults('list')).toEqual([0, line]);
    const [, listed] = await faults('list', '--output', 'json');
    expect(JSON.parse(listed)).toMatchObject({ faults: [{ id: 'busy', fired: 1, state: 'spent' }] });
    expect(await faults('remove', 'busy')).toEqual([0, 'fault/busy removed\n']);
  });

  it('adds all rules of a file, or none', async () => {
    await writeFile(cli.file('rules.json'), `[${RULE}, {"code": 1}]`);
    expect(await faults('add', 'rules.json')).toEqual([1, expect.stringContaining('rule.code has to be')]);
    expect(await faults('list')).toEqual([0, '']);
    await writeFile(cli.file('rules.json'), `[${RULE}, {"match": {"verbs": ["watch"]}, "code": 500}]`);
    expect(await faults('add', 'rules.json')).toEqual([
      0,
      expect.stringMatching(/^fault\/busy added\nfault\/fault-\d added\n$/),
    ]);
    expect(await faults('clear')).toEqual([0, 'all faults removed\n']);
  });

  it('takes back the rule that no other client gets past', async () => {
    await faults('add', '{"certificate": "expired"}');
    await expect(status()).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    expect(await cli.run(['controllers', 'list'])).toMatchObject({ code: 1 });
    expect(await faults('clear')).toEqual([0, 'all faults removed\n']);
    expect(await status()).toBe(200);
  });

  it('says what cannot be', async () => {
    expect(await faults('remove', 'none')).toEqual([1, 'fauxkube: there is no fault "none"\n']);
    expect(await faults('add', '{"code": 503')).toEqual([1, expect.stringContaining('the rule is no JSON')]);
    expect(await faults('add', 'missing.json')).toEqual([
      1,
      expect.stringContaining('missing.json: there is no such file'),
    ]);
    expect(await faults('add', '[3]')).toEqual([1, 'fauxkube: a rule has to be a JSON object\n']);
  });
});
