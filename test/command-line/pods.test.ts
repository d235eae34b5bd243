import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {restartPolicy: Never, containers: [{name: a, image: shop}, {name: b, image: shop}]}
`;

describe('fauxkube pods', () => {
  let cli: CommandLine;
  let url: string;
  beforeAll(async () => {
    cli = await commandLine();
    await writeFile(cli.file('pod.yaml'), POD);
    ({ url } = await cli.start(['--fixtures', 'pod.yaml']));
  });
  afterAll(async () => {
    await cli.endAll();
    await cli[Symbol.asyncDispose]();
  });

  const pods = async (...args: string[]): Promise<readonly [code: number | null, said: string]> => {
    const { code, stdout, stderr } = await cli.run(['pods', ...args]);
    return [code, stdout + stderr];
  };
  const read = async (path: string): Promise<string> => {
    const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
    return (await ask(`${url}/api/v1/namespaces/default/pods/web${path}`, { credentials })).text;
  };

  it('has pods write, be ready or not, and end', async () => {
    expect(await pods('log', 'web', 'one', 'two words', '-c', 'a')).toEqual([0, 'pod/web\n']);
    expect(await read('/log?container=a')).toBe('one\ntwo words\n');
    expect(await pods('ready', 'app=web', 'off')).toEqual([0, 'pod/web\n']);
    expect(await pods('exit', 'web', '--code', '4', '--container', 'b')).toEqual([0, 'pod/web\n']);
  });

  it('says what cannot be', async () => {
    expect(await pods('exit', 'none')).toEqual([1, 'fauxkube: pods "none" not found\n']);
    expect(await pods('exit', 'app=none')).toEqual([1, expect.stringContaining('runs that "app=none" selects')]);
    expect(await pods('live', 'web', 'off')).toEqual([1, expect.stringContaining('livenessProbe')]);
    expect(await pods('ready', 'web', 'maybe')).toEqual([2, expect.stringContaining('has to be on or off')]);
    expect(await pods('exit', 'web', '--code', '300')).toEqual([2, expect.stringContaining('from 0 to 255')]);
  });
});
