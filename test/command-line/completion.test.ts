import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
let script: string;
beforeAll(async () => {
  cli = await commandLine();
  script = (await cli.run(['completion', 'bash'])).stdout;
});
afterAll(() => cli[Symbol.asyncDispose]());

/** What bash offers for the last word of a line. */
function offered(...words: readonly string[]): string[] {
  const line = ['fauxkube', ...words].map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _fauxkube; printf '%s\\n' "\${COMPREPLY[@]}"`],
    { encoding: 'utf8', cwd: 'fixtures' },
  );
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash completes commands, and commands of commands', () => {
  expect(offered('st')).toEqual(['start']);
  expect(offered('')).toEqual(expect.arrayContaining(['start', 'wait', 'clusters', 'completion', 'version']));
  expect(offered('clusters', '')).toEqual(expect.arrayContaining(['list', 'create', 'kubeconfig', 'delete']));
  expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
});

test('bash completes flags of the command that is meant, and their values', () => {
  expect(offered('start', '--nod')).toEqual(expect.arrayContaining(['--nodes', '--node-cidr-mask-size-ipv4']));
  expect(offered('clusters', 'create', 'a', '--fr')).toEqual(['--from']);
  expect(offered('wait', '--nodes')).toEqual([]);
  expect(offered('start', '--kubelet-events', '')).toEqual(['all', 'problems']);
  expect(offered('start', '--kubelet-events', '=', 'pro')).toEqual(['problems']);
  expect(offered('clusters', 'list', '-o', 'j')).toEqual(['json']);
});

test('bash completes files and, after --, commands', () => {
  expect(offered('start', '--fixtures', 'man')).toEqual(['manifests']);
  expect(offered('start', '--', 'kil')).toContain('kill');
});

test('zsh and fish are told of every command and flag as well', async () => {
  const zsh = (await cli.run(['completion', 'zsh'])).stdout;
  expect(zsh).toContain("'clusters create') commands=(); flags=('--kubeconfig:");
  expect(zsh).toContain("'start --kubelet-events') words_='all problems'");
  const fish = (await cli.run(['completion', 'fish'])).stdout;
  expect(fish).toContain("complete -c fauxkube -n 'test (__fauxkube_path) = '\\''clusters'\\''' -f -a 'create'");
  expect(fish).toMatch(/^complete .* -l 'kubelet-events' -d '.*' -r -f -a 'all problems'$/m);
});

test('another shell is refused', async () => {
  const { code, stderr } = await cli.run(['completion', 'csh']);
  expect(code).toBe(2);
  expect(stderr).toContain('shell has to be one of bash, zsh, fish, and is ');
});
