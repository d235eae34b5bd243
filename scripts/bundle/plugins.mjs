// How esbuild makes two scripts of the modules that `divide()` has divided. A name like `part:server/x.ts` is not found
// by Node but by the loader of the bundle, which looks into both.
import { relative } from 'node:path';
import { isOwn } from './divide.mjs';

const quoted = JSON.stringify;

/**
 * @param resolve says where a module is that another one asks for: 'here', in this script; 'elsewhere', where it is
 *   looked for when it is needed; or 'standing in', if there are `contents` for it here
 */
function dividing(name, { target }, resolve, contents) {
  return {
    name,
    setup(build) {
      build.onResolve({ filter: /^part:/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /.*/ }, ({ importer, path: specifier, kind, namespace }) => {
        const to = namespace === 'file' ? target(relative('.', importer), specifier) : undefined;
        const resolved = to === undefined ? 'here' : resolve(to, kind);
        if (resolved === 'here') return undefined;
        if (resolved === 'elsewhere') return { path: `part:${to}`, external: true };
        // The name of a file would say that it is of one kind of modules.
        return { path: `${to} of another part`, namespace: name, pluginData: to };
      });
      build.onLoad({ filter: /.*/, namespace: name }, ({ pluginData: to }) => ({
        contents: contents(to),
        loader: 'js',
      }));
    },
  };
}

/** Stands in the first part for a module of the rest: the first call of one of its functions loads it. */
function callers(path, { called, parameters }) {
  const names = [...called.get(path)];
  const lines = names.map((name, index) => {
    const passed = parameters(path, name).join(', ');
    return `export function ${name}(${passed}) { if (f${index} === undefined) load(); return f${index}(${passed}); }`;
  });
  const kept = names.map((name, index) => `f${index} = m.${name};`).join(' ');
  return [
    `let ${names.map((_, index) => `f${index}`).join(', ')};`,
    `function load() { const m = require(${quoted(`part:${path}`)}); ${kept} }`,
    ...lines,
  ].join('\n');
}

/** @returns {import('esbuild').Plugin} for the part that each start loads */
export function firstPart(division) {
  const { first } = division;
  return dividing(
    'callers',
    division,
    (to, kind) => {
      if (kind === 'dynamic-import' || (!first.has(to) && kind === 'require-call')) return 'elsewhere';
      return first.has(to) ? 'here' : 'standing in';
    },
    (path) => callers(path, division),
  );
}

/** @returns {import('esbuild').Plugin} for the rest */
export function restPart(division) {
  const { first, taken } = division;
  return dividing(
    'taken',
    division,
    (to, kind) => {
      if (kind === 'dynamic-import') return 'elsewhere';
      return first.has(to) ? 'standing in' : 'here';
    },
    (path) => {
      const given = `firstPart[${quoted(path)}]`;
      if (!isOwn(path)) return `module.exports = ${given};`;
      return [...taken.get(path)].map((name) => `export const ${name} = ${given}.${name};`).join('\n');
    },
  );
}

/** The first script: what the bundle is for, and what the rest takes of it. */
export function firstEntry(entry, { first, taken, loaded, given }) {
  const imports = [];
  const lines = [];
  for (const path of new Set([...taken.keys(), ...loaded].filter((one) => first.has(one)))) {
    if (!isOwn(path)) {
      lines.push(`get ${quoted(path)}() { return require(${quoted(`./${path}`)}); }`);
      continue;
    }
    const names = loaded.has(path) ? given(path) : [...taken.get(path)];
    const locals = names.map((name) => ({ name, local: `part${imports.length}_${name}` }));
    imports.push(
      `import { ${locals.map(({ name, local }) => `${name} as ${local}`).join(', ')} } from ${quoted(`./${path}`)};`,
    );
    lines.push(`${quoted(path)}: { ${locals.map(({ name, local }) => `${name}: ${local}`).join(', ')} }`);
  }
  return [
    `export * from ${quoted(`./${entry}`)};`,
    ...imports,
    `export const firstPart = () => ({ ${lines.join(',\n')} });`,
  ].join('\n');
}

/** The rest: each module of it that somebody asks for, by its name. */
export function restEntry({ first, called, loaded }) {
  const paths = new Set([...called.keys(), ...loaded].filter((one) => !first.has(one)));
  const lines = [...paths].map((path) => `${quoted(path)}: () => require(${quoted(`./${path}`)})`);
  return `module.exports = { ${lines.join(',\n')} };`;
}
