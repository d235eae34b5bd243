import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'fauxkube-parts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a cluster as the command does, asks it for something, and tells which scripts were read by then. */
const PROGRAM = `
const { readFileSync } = require('node:fs');
const { request } = require('node:https');
const { loadBundle } = require(${JSON.stringify(resolve('dist/bundle-loader.cjs'))});
const bundle = loadBundle();
const kubeconfig = process.argv[1];
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const flags = ['--port', '0', '--proxy-port', '0', '--kubeconfig', kubeconfig];
bundle.exports.runCommandLine([process.execPath, 'fauxkube', 'start', ...flags]).then(async () => {
  const text = readFileSync(kubeconfig, 'utf8');
  const field = (name) => new RegExp(name + ': "?([^\\\\s"]+)').exec(text)[1];
  const decoded = (name) => Buffer.from(field(name), 'base64');
  const names = ['certificate-authority', 'client-certificate', 'client-key'];
  const [ca, cert, key] = names.map((name) => decoded(name + '-data'));
  const ask = (method, path, body) => new Promise((answered, failed) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(field('server') + path, { method, headers, ca, cert, key }, (answer) => {
      answer.resume().on('end', () => answered(answer.statusCode));
    });
    asked.on('error', failed).end(body);
  });
  const read = () => bundle.scripts.map(({ file }) => file);
  const got = await ask('GET', '/api/v1/namespaces/default');
  const afterGet = read();
  const pod = { metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
  const created = await ask('POST', '/api/v1/namespaces/default/pods', JSON.stringify(pod));
  write(JSON.stringify({ got, afterGet, created, afterCreate: read() }));
  process.exit(0);
});`;

test('a start and a first GET read one script; what a write needs is read when there is one', () => {
  const out = execFileSync(process.execPath, ['-e', PROGRAM, join(folder, 'kubeconfig')], { encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual({
    got: 200,
    afterGet: ['fauxkube.cjs'],
    created: 201,
    afterCreate: ['fauxkube.cjs', 'fauxkube-rest.cjs'],
  });
});

test('code caches do not tell where they were made', () => {
  for (const script of ['fauxkube', 'fauxkube-rest'])
    expect(readFileSync(`dist/${script}.cache`, 'latin1')).not.toContain(resolve('dist'));
});

test('packages that a start does not use are in the other script', () => {
  const sourcesOf = (script: string): string[] =>
    (JSON.parse(readFileSync(`dist/${script}.cjs.map`, 'utf8')) as { sources: string[] }).sources;
  const packages = (script: string): Set<string> =>
    new Set(sourcesOf(script).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  const [first, rest] = [packages('fauxkube'), packages('fauxkube-rest')];
  for (const name of ['fastify', 'commander']) expect(first).toContain(name);
  for (const name of ['yaml', 'jose', 're2js', 'croner']) {
    expect(first).not.toContain(name);
    expect(rest).toContain(name);
  }
});
