// Starts a cluster from the bundle that is named, asks for an object, and prints which modules that took:
// {"called":[…],"run":[…]}. The build divides the bundle by it. Functions are found by their places: the bundle needs
// the comments by which esbuild tells modules apart.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { get } from 'node:https';
import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Script } from 'node:vm';

const bundle = resolve(process.argv[2]);
const source = readFileSync(bundle, 'latin1');
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const script = new Script(source, { filename: bundle });
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, dirname(bundle), (url) => import(url));

const folder = mkdtempSync(join(tmpdir(), 'fauxkube-build-'));
const kubeconfig = join(folder, 'kubeconfig');
// The ready text is for people; this start is nobody's.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const flags = ['--port', '0', '--proxy-port', '0', '--kubeconfig', kubeconfig];
await module.exports.runCommandLine([process.execPath, 'fauxkube', 'start', ...flags]);
process.stdout.write = write;

const text = readFileSync(kubeconfig, 'utf8');
const field = (name) => new RegExp(`${name}: "?([^\\s"]+)`).exec(text)[1];
const decoded = (name) => Buffer.from(field(name), 'base64');
const server = field('server');
const credentials = {
  ca: decoded('certificate-authority-data'),
  cert: decoded('client-certificate-data'),
  key: decoded('client-key-data'),
};
const PATH = '/api/v1/namespaces/default';
const client = connect(server, credentials);
for (const path of ['/readyz', PATH])
  await new Promise((answered, failed) =>
    client.request({ ':path': path }).on('error', failed).on('end', answered).resume(),
  );
// Clients of some languages know no HTTP/2.
await new Promise((answered, failed) =>
  get(`${server}${PATH}`, credentials, (answer) => answer.on('end', answered).resume()).on('error', failed),
);

const { result } = await session.post('Profiler.takePreciseCoverage');
const { functions } = result.find(({ url }) => url.endsWith(bundle));
const starts = [...source.matchAll(/^\/\/ (\S+)$/gm)].map(({ index, 1: path }) => ({ index, path }));
/** The module of a place: the last one that began before it. */
function moduleAt(offset) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle].index <= offset) low = middle + 1;
    else high = middle;
  }
  return starts[low - 1]?.path;
}
const [called, run] = [new Set(), new Set()];
for (const { functionName, ranges } of functions) {
  const [{ startOffset, count }] = ranges;
  if (count === 0) continue;
  const path = moduleAt(startOffset);
  // The function around all modules.
  if (path === undefined) continue;
  // esbuild calls what runs a module by the module's name.
  if (functionName === path) run.add(path);
  else called.add(path);
}
process.stdout.write(JSON.stringify({ called: [...called], run: [...run] }));
rmSync(folder, { recursive: true });
process.exit(0);
