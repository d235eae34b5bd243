import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterEach(() => cli.endAll());
afterAll(() => cli[Symbol.asyncDispose]());

/** `address:port` somewhere on this machine that was free a moment ago. */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

describe('fauxkube start', () => {
  it('prints where it listens and what to type next', async () => {
    const { process } = await cli.start(['--http-port=0']);
    const lines = process.stdout.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^fauxkube is ready: Kubernetes v1\.\d+\.\d+ on https:\/\/127\.0\.0\.1:\d+ \(\d+ ms\)$/),
      expect.stringMatching(/^ {2}plain HTTP +http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^ {2}service proxy +http_proxy=http:\/\/127\.0\.0\.1:\d+ curl SERVICE$/),
      'Next, in another terminal:',
      expect.stringMatching(/^ {2}export KUBECONFIG=\S+$/),
      '  kubectl get nodes',
    ]);
    const [, kubeconfig = ''] = /KUBECONFIG=(\S+)/.exec(process.stdout) ?? [];
    expect(kubeconfig).toBe(cli.file('.fauxkube/kubeconfig'));
    expect(process.stderr).toBe('');
  });

  it('picks free ports for 0 and prints them', async () => {
    const { url, httpUrl, proxyUrl } = await cli.start(['--port=0', '--http-port=0', '--proxy-port=0']);
    const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
    expect(credentials.server).toBe(url);
    expect(await ask(`${url}/readyz`, { credentials })).toMatchObject({ status: 200, text: 'ok' });
    expect(await ask(`${httpUrl}/readyz`)).toMatchObject({ status: 200, text: 'ok' });
    expect((await ask(proxyUrl)).text).toContain('this is an HTTP proxy');
    const service = await ask(`${url}/api/v1/namespaces/default/endpoints/kubernetes`, { credentials });
    expect(service.text).toContain(`"port":${new URL(url).port}`);
  });

  it('says that it is ready only when its kubeconfig is written', async () => {
    const port = await freePort();
    const kubeconfig = cli.file('in/a/new/folder/kubeconfig');
    const process = cli.spawn(['start', `--port=${port}`, '--proxy-port=0', `--kubeconfig=${kubeconfig}`]);
    let ready = false;
    let states = '';
    while (!ready) {
      const { status } = await ask(`https://127.0.0.1:${port}/readyz`).catch(() => ({ status: 0 }));
      ready = status === 200;
      states += `${status} `;
      expect(status === 200 && !existsSync(kubeconfig), states).toBe(false);
    }
    const { server } = await readKubeconfigFile(kubeconfig);
    expect(server).toBe(`https://127.0.0.1:${port}`);
    await process.printed(/kubectl get nodes/);
  });

  it('is waited for by fauxkube wait', async () => {
    const { url } = await cli.start();
    expect(await cli.run(['wait', '--url', url])).toMatchObject({ code: 0, stderr: '' });
    const port = await freePort();
    const late = await cli.run(['wait', '--url', `https://127.0.0.1:${port}`, '--timeout', '0']);
    expect(late).toMatchObject({ code: 1, stderr: `fauxkube: https://127.0.0.1:${port} is not ready after 0 s\n` });
  });

  it('is waited for by its kubeconfig, which may not be there yet', async () => {
    const waiting = cli.spawn(['wait', '--kubeconfig', cli.file('later/kubeconfig')]);
    await cli.start([`--kubeconfig=${cli.file('later/kubeconfig')}`]);
    expect(await waiting.ended).toMatchObject({ code: 0, stderr: '' });
    const late = await cli.run(['wait', '--kubeconfig', 'nowhere', '--timeout', '0']);
    expect(late).toMatchObject({ code: 1, stderr: 'fauxkube: nowhere is not ready after 0 s\n' });
  });
});
