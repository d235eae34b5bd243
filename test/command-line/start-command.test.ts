import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterEach(() => cli.endAll());
afterAll(() => cli[Symbol.asyncDispose]());

const node = (program: string): string[] => [process.execPath, '--eval', program];

describe('fauxkube start -- COMMAND', () => {
  it('runs it with the kubeconfig of a cluster on free ports, and ends with its code', async () => {
    const program = `
      const { KUBECONFIG, FAUXKUBE_URL } = process.env;
      const text = require('node:fs').readFileSync(KUBECONFIG, 'utf8');
      console.log(JSON.stringify([KUBECONFIG, FAUXKUBE_URL, text.includes(FAUXKUBE_URL)]));
      console.error('from the command');
      process.exit(7);`;
    const { code, stdout, stderr } = await cli.run(['start', '--nodes=1', '--', ...node(program)]);
    expect(code).toBe(7);
    const [kubeconfig, url, isInside] = JSON.parse(stdout) as [string, string, boolean];
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(isInside).toBe(true);
    expect(stderr).toMatch(/^fauxkube is ready: Kubernetes \S+ on \S+ \(\d+ ms\)\nfrom the command\n$/);
    expect(stderr).toContain(url);
    expect(existsSync(kubeconfig)).toBe(false);
    expect(existsSync(cli.file('.fauxkube/kubeconfig'))).toBe(false);
  });

  it('has the command reach the cluster, and keeps a kubeconfig that was asked for', async () => {
    const args = ['start', `--kubeconfig=${cli.file('kept')}`, '--', process.execPath, cli.program, 'clusters', 'list'];
    const { code, stdout } = await cli.run([...args, '--output', 'json']);
    expect([code, JSON.parse(stdout)]).toEqual([0, { clusters: [] }]);
    expect(existsSync(cli.file('kept'))).toBe(true);
  });

  it('passes signals on, and says by which the command ended', async () => {
    const staying = "require('node:net').createServer().listen(0, '127.0.0.1', () => console.log('up'));";
    const heeding = `process.on('SIGTERM', () => process.exit(3)); ${staying}`;
    const first = cli.spawn(['start', '--', ...node(heeding)]);
    await first.printed(/up/);
    first.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 3 });
    const second = cli.spawn(['start', '--', ...node(staying)]);
    await second.printed(/up/);
    second.kill('SIGINT');
    expect(await second.ended).toMatchObject({ code: 130 });
  });

  it('says what cannot be run', async () => {
    const missing = await cli.run(['start', '--', 'there-is-no-such-program']);
    expect(missing.code).toBe(127);
    expect(missing.stderr).toContain('fauxkube: there-is-no-such-program: there is no such program\n');
    writeFileSync(cli.file('a.txt'), '', { mode: 0o644 });
    expect(await cli.run(['start', '--', cli.file('a.txt')])).toMatchObject({ code: 126 });
  });

  it.each([
    [['start', 'npm', 'test'], 'a command stands after "--": fauxkube start -- npm'],
    [['start', '--stop-with-stdin', '--', 'true'], 'leave out --stop-with-stdin'],
    [['start', '--audit-log-path=-', '--audit-policy-file=p', '--', 'true'], 'give --audit-log-path a file'],
    [['start', '--nodes=x', '--', 'true'], 'has to be a whole number'],
  ])('%j is refused', async (args, why) => {
    const { code, stdout, stderr } = await cli.run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
  });
});
