// Divides the modules of a server into two parts: those that each start needs, and the rest.
import { readModule } from './module-names.mjs';

/** Whether a module is one of ours. */
export const isOwn = (path) => path.endsWith('.ts');

/**
 * `first` has the modules of the first part. `called` has, for each module of the rest that is asked for from outside,
 * the functions that modules of the first part call; `taken`, for each module of the first part, the names that modules
 * of the rest take. `loaded` has the modules that are loaded when they are needed, of both parts.
 *
 * @typedef {{
 *   first: Set<string>,
 *   called: Map<string, Set<string>>,
 *   taken: Map<string, Set<string>>,
 *   loaded: Set<string>,
 *   target(importer: string, specifier: string): string | undefined,
 *   parameters(path: string, name: string): string[] | undefined,
 *   given(path: string): string[],
 * }} Division
 */

/**
 * A module that a start does not use is of the rest if nobody in the first part needs more of it than functions: these
 * can be called through others that load the rest.
 *
 * @param {object} metafile esbuild's, of all modules in one bundle
 * @param {string[]} entries modules that have to be in the first part
 * @param {{ called: string[], run: string[] }} atStart modules of which a start called something, and those that it ran
 *   at all
 * @returns {Division}
 */
export function divide({ inputs }, entries, atStart) {
  const read = new Map();
  const names = (path) => {
    if (!read.has(path)) read.set(path, readModule(path));
    return read.get(path);
  };
  const parameters = (path, name) => {
    const given = isOwn(path) ? names(path).gives.get(name) : undefined;
    return given?.is === 'other' ? parameters(given.path, given.name) : given?.parameters;
  };
  const taking = (from, to) => {
    const all = isOwn(from) && isOwn(to) ? [...(names(from).takes.get(to) ?? [])] : [];
    return all.flatMap((name) => (name === '*' ? [...names(to).gives.keys()] : [name]));
  };
  const isCallable = (from, to) =>
    isOwn(from) && isOwn(to) && taking(from, to).every((name) => parameters(to, name) !== undefined);
  const within = (path) => (inputs[path]?.imports ?? []).filter(({ external }) => !external);

  const run = new Set(atStart.run);
  const first = new Set();
  const open = [...entries, ...atStart.called];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (first.has(path)) continue;
    first.add(path);
    for (const { path: to, kind } of within(path)) {
      if (kind === 'dynamic-import') continue;
      // A package may only load a part of itself when it needs it.
      if (kind === 'require-call' ? run.has(to) : !isCallable(path, to)) open.push(to);
    }
  }

  const [called, taken, loaded, targets] = [new Map(), new Map(), new Set(), new Map()];
  const add = (to, path, all) => to.set(path, new Set([...(to.get(path) ?? []), ...all]));
  for (const from of Object.keys(inputs))
    for (const { original, path: to, kind } of within(from)) {
      targets.set(`${from}\0${original}`, to);
      if (kind === 'dynamic-import' || (kind === 'require-call' && first.has(from) && !first.has(to))) loaded.add(to);
      else if (first.has(from) && !first.has(to)) add(called, to, taking(from, to));
      else if (!first.has(from) && first.has(to)) add(taken, to, taking(from, to));
    }
  return {
    first,
    called,
    taken,
    loaded,
    target: (from, original) => targets.get(`${from}\0${original}`),
    parameters,
    given: (path) => [...names(path).gives.keys()],
  };
}
