import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Credentials, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterEach(() => cli.endAll());
afterAll(() => cli[Symbol.asyncDispose]());

const admin = (name = '.fauxkube/kubeconfig'): Promise<Credentials> => readKubeconfigFile(cli.file(name));
const modeOf = async (name: string): Promise<number> => (await stat(cli.file(name))).mode & 0o777;

async function json<T>(url: string): Promise<T> {
  return JSON.parse((await ask(url, { credentials: await admin() })).text) as T;
}

interface List {
  items: { metadata: { name: string; uid: string } }[];
}
const names = ({ items }: List): string[] => items.map(({ metadata }) => metadata.name);

/** The names in the certificate that a server shows. */
function certificateNames(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subjectaltname ?? '');
      socket.end();
    });
    socket.once('error', reject);
  });
}

const POD = '{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i:1"}]}}';
const FIXTURE = '{apiVersion: v1, kind: ConfigMap, metadata: {name: from-fixture}}';

describe('what flags do, and their variables', () => {
  it.each([
    ['flags', true],
    ['variables', false],
  ])('nodes, controllers, fixtures, admin, data, names, seed and tokens by %s', async (form, byFlag) => {
    await writeFile(cli.file('fixture.yaml'), FIXTURE);
    await writeFile(cli.file('tokens.csv'), 'secret-token,jane,1\n');
    const settings = {
      NODES: '3',
      CONTROLLERS: '-deployment',
      DISABLE_ADMISSION_PLUGINS: 'Priority,DefaultTolerationSeconds',
      ENABLE_ADMISSION_PLUGINS: 'AlwaysPullImages,NamespaceExists',
      FIXTURES: 'fixture.yaml',
      INSECURE_ADMIN: 'true',
      DATA_DIR: `data-${form}`,
      TLS_SAN: 'first.example,192.0.2.7',
      SEED: '7',
      TOKEN_AUTH_FILE: 'tokens.csv',
      KUBECONFIG_MODE: '0640',
      HTTP_PORT: '0',
      LOG_LEVEL: 'error',
      HOST: '127.0.0.1',
      STRICT: 'true',
    };
    const flags = Object.entries(settings).map(([name, value]) => {
      const flag = `--${name.toLowerCase().replaceAll('_', '-')}`;
      return flag === '--insecure-admin' || flag === '--strict' ? flag : `${flag}=${value}`;
    });
    const variables = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`FAUXKUBE_${name}`, value]));
    const { url, httpUrl } = await (byFlag ? cli.start(flags) : cli.start([], variables));

    expect(names(await json(`${url}/api/v1/nodes`))).toEqual(['node01', 'node02', 'node03']);
    const maps = await json<List>(`${url}/api/v1/namespaces/default/configmaps`);
    expect(names(maps)).toContain('from-fixture');
    const controllers = JSON.parse((await ask(`${url}/-/controllers`)).text) as {
      controllers: { name: string; enabled: boolean }[];
    };
    const off = controllers.controllers.filter(({ enabled }) => !enabled).map(({ name }) => name);
    // The last two run only where bootstrap tokens are good, or by name.
    const OFF = ['deployment-controller', 'bootstrap-signer-controller', 'token-cleaner-controller'];
    expect(off).toEqual(OFF);
    const pods = `${url}/api/v1/namespaces/default/pods?dryRun=All`;
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: POD };
    const pod = (await ask(pods, { ...post, credentials: await admin() })).text;
    expect(pod).toContain('"serviceAccountName":"default"');
    expect(pod).not.toMatch(/"(priority|tolerations)"/);
    expect(pod).toContain('"imagePullPolicy":"Always"');
    expect((await stat(cli.file(`data-${form}`))).isDirectory()).toBe(true);
    expect((await json<{ strict: boolean }>(`${url}/-/fidelity`)).strict).toBe(true);
    expect(await certificateNames(url)).toMatch(/DNS:first\.example.*IP Address:192\.0\.2\.7/);
    const token = { headers: { authorization: 'Bearer secret-token' } };
    expect((await ask(`${url}/api/v1/pods`, token)).text).toContain('User \\"jane\\" cannot list');
    expect(await modeOf('.fauxkube/kubeconfig')).toBe(0o640);
    expect((await ask(`${httpUrl}/livez`)).text).toBe('ok');
  });

  it('lets a flag win over its variable, and takes an empty variable for none', async () => {
    const { url } = await cli.start(['--nodes=1'], { FAUXKUBE_NODES: '4', FAUXKUBE_DATA_DIR: '' });
    expect(names(await json(`${url}/api/v1/nodes`))).toEqual(['node01']);
  });

  it('does not open /-/ for a variable that says no', async () => {
    const { url } = await cli.start([], { FAUXKUBE_INSECURE_ADMIN: 'false' });
    expect((await ask(`${url}/-/kubeconfig`)).status).toBe(403);
  });

  it('repeats itself for a seed', async () => {
    const uids: string[] = [];
    for (let run = 0; run < 2; run++) {
      const { url, process } = await cli.start(['--seed=42']);
      const { items } = await json<List>(`${url}/api/v1/nodes`);
      uids.push(items.map(({ metadata }) => metadata.uid).join());
      process.kill('SIGTERM');
      await process.ended;
    }
    expect(uids[0]).toBe(uids[1]);
  });
});

describe('--kubeconfig', () => {
  it('writes several, with the URL of each in the certificate', async () => {
    await writeFile(cli.file('old'), 'something else');
    await chmod(cli.file('old'), 0o666);
    const { url, process } = await cli.start([
      '--kubeconfig=old',
      '--kubeconfig=network=https://fauxkube.internal:7443',
      '--kubeconfig=portless=https://cluster.example',
    ]);
    expect(process.stdout).toContain(`export KUBECONFIG=${cli.file('old')}\n`);
    const { port } = new URL(url);
    const servers = ['old', 'network', 'portless'].map(
      async (name) => (await readKubeconfigFile(cli.file(name))).server,
    );
    expect(await Promise.all(servers)).toEqual([
      url,
      'https://fauxkube.internal:7443',
      `https://cluster.example:${port}`,
    ]);
    for (const name of ['old', 'network']) expect(await modeOf(name), name).toBe(0o600);
    const credentials = await admin('network');
    // The name is looked for in the certificate, wherever it leads.
    const asked = await ask(`${url}/api/v1/nodes`, { credentials, servername: 'fauxkube.internal' });
    expect(asked.status).toBe(200);
  });

  it('that cannot be written ends the start with a sentence', async () => {
    await writeFile(cli.file('a-file'), '');
    const { code, stdout, stderr } = await cli.run([
      'start',
      '--port=0',
      '--proxy-port=0',
      '--kubeconfig=a-file/config',
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^fauxkube: the kubeconfig cannot be written, choose another file with --kubeconfig: E.*\n$/,
    );
  });
});

describe('wrong flags', () => {
  it.each([
    [['start', '--prot=1'], {}, `error: unknown option '--prot=1'\n(Did you mean --port?)\n`],
    [['strat'], {}, `error: unknown command 'strat'\n(Did you mean start?)\n`],
    [['start', '--nodes=many'], {}, `error: --nodes has to be a whole number from 0 to 8191, and is 'many'\n`],
    [['start', '--port=70000'], {}, 'error: --port has to be a whole number from 0 to 65535, and is '],
    [['start'], { FAUXKUBE_PORT: 'x' }, `error: FAUXKUBE_PORT has to be a whole number from 0 to 65535, and is 'x'\n`],
    [
      ['start', '--insecure-bind=https'],
      {},
      '--insecure-bind has to be http, proxy, dns, ingress or several of them: http,proxy, and is ',
    ],
    [
      ['start', '--kubeconfig-mode=rw'],
      {},
      'error: --kubeconfig-mode has to be a file mode such as 0600 or 644, and is ',
    ],
    [
      ['start', '--log-level=loud'],
      {},
      'error: --log-level has to be one of silent, error, warn, info, debug, and is ',
    ],
  ])('%j with %j: one line that helps, and code 2', async (args, env, text) => {
    const { code, stdout, stderr } = await cli.run(args, env);
    expect(stderr).toContain(text);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('names controllers that there are when asked for one that there is not', async () => {
    const { code, stderr } = await cli.run(['start', '--port=0', '--proxy-port=0', '--controllers=-deploiment']);
    const meant =
      'fauxkube: there is no controller "deploiment" (--controllers); did you mean deployment-controller?\n';
    expect(stderr).toBe(meant);
    expect(code).toBe(2);
  });

  it.each(['enable', 'disable'])('names admission plugins that there are when asked to %s another', async (which) => {
    const flag = `--${which}-admission-plugins`;
    const { code, stderr } = await cli.run(['start', '--port=0', '--proxy-port=0', `${flag}=Priority,Quota`]);
    expect(stderr).toMatch(/^fauxkube: there is no admission plugin "Quota" .*NamespaceLifecycle, .*AlwaysDeny\n$/s);
    expect(stderr).toContain(`(${flag})`);
    expect(code).toBe(2);
  });

  it('ends with code 2 for a storage class that cannot be one', async () => {
    const { code, stderr } = await cli.run(['start', '--port=0', '--proxy-port=0', '--storage-class=Not_Good']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^fauxkube: .*Not_Good/)]);
  });

  it('lists every flag with its variable in --help, and prints its version', async () => {
    const help = await cli.run(['start', '--help']);
    expect(help.code).toBe(0);
    const flags =
      'host port http-port proxy-port tls-san kubeconfig kubeconfig-mode data-dir fixtures nodes controllers';
    const more = 'storage-class enable-admission-plugins disable-admission-plugins seed log-level insecure-admin';
    for (const flag of `${flags} ${more}`.split(' ')) {
      expect(help.stdout).toContain(`--${flag}`);
      expect(help.stdout).toContain(`FAUXKUBE_${flag.toUpperCase().replaceAll('-', '_')}`);
    }
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await cli.run(['--version'])).toMatchObject({ code: 0, stdout: `fauxkube ${version}\n` });
  });
});

describe('a port that somebody else has', () => {
  it.each(['port', 'http-port', 'proxy-port'])('one line that names it and --%s, and code 2', async (flag) => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    const free = ['port', 'proxy-port'].filter((other) => other !== flag).map((other) => `--${other}=0`);
    const { code, stdout, stderr } = await cli.run(['start', ...free, `--${flag}=${port}`]);
    taken.close();
    const choose = `choose another with --${flag}, or --${flag} 0 for any free one`;
    expect(stderr).toBe(`fauxkube: port ${port} is in use: ${choose}\n`);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('plain HTTP on the TLS port', () => {
  it('is answered as a Go server answers it', async () => {
    const { url } = await cli.start();
    const answered = await ask(url.replace('https:', 'http:'));
    expect(answered).toMatchObject({ status: 400, text: 'Client sent an HTTP request to an HTTPS server.\n' });
  });
});
