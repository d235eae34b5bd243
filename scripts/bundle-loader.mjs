// Becomes dist/bundle-loader.js. Runs the bundle from V8's code cache: compiling it anew would take longer than all the
// rest of a start. A cache of another Node version is refused by V8, and the bundle is then compiled as usual.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

export const BUNDLE = fileURLToPath(new URL('./fauxkube.cjs', import.meta.url));
export const CODE_CACHE = fileURLToPath(new URL('./fauxkube.cache', import.meta.url));

function cachedData() {
  try {
    return readFileSync(CODE_CACHE);
  } catch {
    return undefined;
  }
}

/**
 * @param isRead called between reading the bundle with its code cache and running it
 * @returns what the bundle exports, and its script, of which a cache can be made
 */
export function loadBundle(isRead = () => undefined) {
  // The bundle is plain ASCII; V8 keeps it as such without looking for anything else.
  const script = new Script(readFileSync(BUNDLE, 'latin1'), {
    filename: BUNDLE,
    cachedData: cachedData(),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  isRead();
  const module = { exports: {} };
  // A script from the code cache cannot import modules of others (init hooks) by itself.
  const importModule = (url) => import(url);
  script.runInThisContext()(module.exports, createRequire(BUNDLE), module, BUNDLE, dirname(BUNDLE), importModule);
  return { exports: module.exports, script };
}
