// Writes the code caches of the bundle in dist/: starts a cluster as a user would, lets it do a little of everything,
// and keeps what V8 compiled on the way. The build runs this.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { default: loader } = await import('../dist/bundle-loader.cjs');
const { exports, scripts, loadRest } = loader.loadBundle();
const folder = mkdtempSync(join(tmpdir(), 'fauxkube-build-'));
const kubeconfig = join(folder, 'kubeconfig');

// The ready text is for people; this start is nobody's.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const flags = ['--port', '0', '--proxy-port', '0', '--kubeconfig', kubeconfig];
await exports.runCommandLine([process.execPath, 'fauxkube', 'start', ...flags]);
process.stdout.write = write;

const text = readFileSync(kubeconfig, 'utf8');
const field = (name) => new RegExp(`${name}: "?([^\\s"]+)`).exec(text)[1];
const decoded = (name) => Buffer.from(field(name), 'base64');
// As most clients do: what speaks HTTP/2 is in the bundle.
const session = connect(field('server'), {
  ca: decoded('certificate-authority-data'),
  cert: decoded('client-certificate-data'),
  key: decoded('client-key-data'),
});

function ask(method, path, body, contentType = 'application/json') {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': contentType } : {};
    const sent = session.request({ ':method': method, ':path': path, ...headers }, { endStream: !body });
    let text = '';
    sent.on('data', (part) => (text += part)).on('end', () => resolve(text));
    sent.on('error', reject);
    if (body) sent.end(JSON.stringify(body));
  });
}

const labels = { app: 'web' };
const containers = [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }];
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
await ask('POST', DEPLOYMENTS, {
  metadata: { name: 'web' },
  spec: { replicas: 20, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
});
await ask('POST', '/api/v1/namespaces/default/services', {
  metadata: { name: 'web' },
  spec: { selector: labels, ports: [{ port: 80 }] },
});
// The controllers are part of nearly every start: what they need has to be compiled as well.
for (let tries = 0; tries < 500; tries++) {
  if (JSON.parse(await ask('GET', `${DEPLOYMENTS}/web`)).status?.readyReplicas === 20) break;
}
await ask('DELETE', `${DEPLOYMENTS}/web`);
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
for (const path of ['/readyz', '/version', '/api', '/apis', '/api/v1', '/api/v1/namespaces/default', '/api/v1/pods'])
  await ask('GET', path);
await ask('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { a: '1' } });
await ask('PATCH', `${CONFIG_MAPS}/a`, { data: { a: '2' } }, 'application/strategic-merge-patch+json');
await ask('DELETE', `${CONFIG_MAPS}/a`);

loadRest();
for (const { file, script } of scripts)
  writeFileSync(`dist/${file.replace(/cjs$/, 'cache')}`, script.createCachedData());
rmSync(folder, { recursive: true });
process.exit(0);
