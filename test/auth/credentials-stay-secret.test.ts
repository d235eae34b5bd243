import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

const ISSUER = 'https://127.0.0.1:1';
const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n';
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('no token and no key is ever logged, and files that hold some are for their owner only', async () => {
  await writeFile(cli.file('tokens.csv'), 'static-secret-token,jane,1,"system:masters"\n');
  const authenticator = `- issuer: {url: "${ISSUER}", audiences: [shop]}
  claimMappings: {username: {claim: sub, prefix: ''}}`;
  await writeFile(cli.file('auth.yaml'), `${HEAD}jwt:\n${authenticator}\n`);
  const flags = ['--log-level=debug', '--token-auth-file=tokens.csv', '--authentication-config=auth.yaml'];
  const { process, url } = await cli.start([...flags, '--data-dir=data', '--enable-bootstrap-token-auth']);
  const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const { text } = await ask(url + path, { method: 'POST', headers, body: JSON.stringify(body), credentials });
    return JSON.parse(text) as unknown;
  };
  const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { status } = (await post(account, { spec: {} })) as { status: { token: string } };
  const foreign = `${encoded({ alg: 'RS256' })}.${encoded({ iss: ISSUER, sub: 'x' })}.c2lnbmF0dXJl`;
  const tokens = ['static-secret-token', 'wrong-secret-token', status.token, foreign, 'abcdef.0123456789abcdef'];
  for (const token of tokens) {
    await ask(`${url}/api`, { headers: { authorization: `Bearer ${token}` } });
    await post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } });
  }
  process.kill('SIGTERM');
  const { stdout, stderr } = await process.ended;
  const pki = JSON.parse(await readFile(cli.file('data/pki.json'), 'utf8')) as {
    ca: { key: string };
    serving: { key: string };
    tokenKey: string;
  };
  const secrets = [...tokens, credentials.key, pki.ca.key, pki.serving.key, pki.tokenKey];
  expect(stderr).toContain('a token is no good');
  for (const secret of secrets) {
    // A key has many lines; one of them would be too much.
    const [first, line = first] = secret.split('\n');
    expect(line?.length).toBeGreaterThan(15);
    expect(stdout + stderr).not.toContain(line);
  }
  for (const file of ['data/pki.json', 'data/cluster.json', '.fauxkube/kubeconfig']) {
    expect((await stat(cli.file(file))).mode & 0o777, file).toBe(0o600);
  }
});

test('a file of users that cannot be used stops the start, and is not quoted', async () => {
  await writeFile(cli.file('bad.csv'), 'static-secret-token,jane\n');
  const { code, stderr } = await cli.run(['start', '--port=0', '--proxy-port=0', '--token-auth-file=bad.csv']);
  expect(code).toBe(2);
  expect(stderr).toContain('must have at least 3 columns');
  expect(stderr).not.toContain('static-secret-token');
  await writeFile(cli.file('bad.yaml'), `${HEAD}jwt: 1\n`);
  const config = await cli.run(['start', '--port=0', '--proxy-port=0', '--authentication-config=bad.yaml']);
  expect([config.code, config.stderr]).toEqual([2, 'fauxkube: bad.yaml:3: jwt: it has to be a list\n']);
});
