// Becomes dist/bundle-loader.cjs. Runs the two scripts of the bundle from V8's code caches: compiling them anew would
// take longer than all the rest of a start. A cache of another Node version is refused by V8, and the script is then
// compiled as usual. The first script has what each start needs; the other one is read when something of it is needed.
const { readFileSync } = require('node:fs');
const paths = require('node:path');
const { Script } = require('node:vm');

const FIRST = 'fauxkube.cjs';
const REST = 'fauxkube-rest.cjs';
/** How scripts of the bundle name modules that may be in the other one. */
const PART = 'part:';

function cacheOf(file) {
  try {
    return readFileSync(paths.join(__dirname, file.replace(/cjs$/, 'cache')));
  } catch {
    return undefined;
  }
}

/** A script, and the cache that can be made of it. */
function readScript(file) {
  const path = paths.join(__dirname, file);
  // The scripts are plain ASCII; V8 keeps them as such without looking for anything else. Their names have no folder:
  // that of who made the cache would be in every stack.
  const script = new Script(readFileSync(path, 'latin1'), { filename: file, cachedData: cacheOf(file) });
  return { file, path, script };
}

// A script cannot import modules of others (init hooks) by itself.
const importModule = (url) => import(url);

function run({ path, script }, requirePart, firstPart) {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, requirePart, module, path, __dirname, importModule, firstPart);
  return module.exports;
}

/**
 * @param {() => void} isRead called between reading the first script with its code cache and running it
 * @returns {{
 *   exports: object, scripts: { file: string, script: Script }[], loadRest: () => void,
 *   readWithin: (read: () => object) => object,
 * }} what the bundle exports; its scripts, as far as they are read; what reads the other one before it is asked for;
 *   and how it is read: to be set by who changes V8's options
 */
exports.loadBundle = (isRead = () => undefined) => {
  const scripts = [];
  const known = new Map();
  let rest;
  let taken;
  const requirePart = (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const path = name.startsWith(PART) ? name.slice(PART.length) : undefined;
    const loaded = path === undefined ? require(name) : part(path);
    known.set(name, loaded);
    return loaded;
  };
  requirePart.resolve = require.resolve;
  const firstPart = () => (taken ??= bundle.exports.firstPart());
  const restPart = () => {
    if (rest === undefined) {
      const read = bundle.readWithin(() => readScript(REST));
      scripts.push(read);
      rest = run(read, requirePart, firstPart());
    }
    return rest;
  };
  const part = (path) => (Object.hasOwn(firstPart(), path) ? firstPart()[path] : restPart()[path]());

  const first = readScript(FIRST);
  scripts.push(first);
  isRead();
  const bundle = { exports: {}, scripts, loadRest: () => void restPart(), readWithin: (read) => read() };
  bundle.exports = run(first, requirePart);
  return bundle;
};
