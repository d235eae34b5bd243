// Reads the texts of types and fields out of the doc comments of packages that declare the Kubernetes API.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TYPE = /(?:\/\*\*\n((?:\s*\*.*\n)+?)\s*\*\/\n)?export (?:declare class|interface|type) (\w+)/;
const FIELD = /(?:^ {4}\/\*\*\n((?: {4,5}\*.*\n)+?) {4,5}\*\/\n)?^ {4}['"]([^'"]+)['"]\??: /gm;
const ALIAS = /export type \{ \w+ as (\w+)/;

/** The lines of a doc comment without what makes them a comment. */
function plain(comment, unescaped) {
  if (!comment) return '';
  const lines = comment.trimEnd().split('\n');
  return unescaped(lines.map((line) => line.replace(/^\s*\* ?/, '')).join('\n')).trim();
}

function declaration(source, unescaped) {
  const type = TYPE.exec(source);
  if (!type) return undefined;
  const rest = source.slice(type.index + type[0].length);
  const body = rest.slice(0, rest.search(/^}/m) + 1);
  const fields = new Map();
  for (const [, comment, name] of body.matchAll(FIELD)) fields.set(name, plain(comment, unescaped));
  return { name: ALIAS.exec(source)?.[1] ?? type[2], text: plain(type[1], unescaped), fields };
}

function declarations(directory, unescaped) {
  const found = new Map();
  for (const file of readdirSync(directory, { recursive: true })) {
    if (!String(file).endsWith('.d.ts')) continue;
    const one = declaration(readFileSync(join(directory, String(file)), 'utf8'), unescaped);
    if (one) found.set(one.name, one);
  }
  return found;
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** kubernetes-models keeps line breaks, names the whole path of a type, and has texts of all fields. */
function kubernetesModels(directory) {
  const found = declarations(directory, (text) => text.replace(/\\([*/])/g, '$1').replace(/\n@deprecated$/, ''));
  return (type) => found.get(`I${type.split(/[.-]/).map(capital).join('')}`);
}

/**
 * The client of Kubernetes: names are short, with the group in front where two are the same; a field that refers to
 * another type has no text of its own, and every line break has become a space.
 */
function client(directory) {
  const found = declarations(join(directory, 'dist/gen/models'), (text) =>
    text
      .replace(/\\(['"\\])/g, '$1')
      .replace(/([.:]) {2}(?=\S)/g, '$1\n\n')
      .replace(/(\S) ( {2,})(?=\S)/g, '$1\n$2'),
  );
  return (type) => {
    const [group = '', version = '', kind = ''] = type.split('.').slice(-3);
    return found.get(`${capital(group)}${capital(version)}${kind}`) ?? found.get(`${capital(version)}${kind}`);
  };
}

/** Times and quantities are plain values there; other references stand for a declared type and show its text. */
const isPlainValue = (spelling) => /@.*\.(meta\.v1\.Time|resource\.Quantity)$/.test(spelling);
const isReference = (spelling) => /^\*?@/.test(spelling);

/** The first that has a text wins. `knows` says whether a field of some spelling in kinds.gen.json has its own text. */
const PACKAGES = [
  { name: 'kubernetes-models', read: kubernetesModels, knows: () => true },
  { name: '@kubernetes-models/apimachinery', read: kubernetesModels, knows: () => true },
  {
    name: 'kubernetes-field-docs',
    read: client,
    knows: (spelling) => isPlainValue(spelling) || !isReference(spelling),
  },
];

/**
 * Those of the packages that are installed.
 *
 * @param {string} directory where packages are installed
 */
export function textSources(directory) {
  const installed = PACKAGES.filter(({ name }) => existsSync(join(directory, name)));
  if (installed.length === 0) throw new Error(`none of ${PACKAGES.map(({ name }) => name).join(', ')} is installed`);
  return installed.map(({ name, read, knows }) => ({ find: read(join(directory, name)), knows }));
}
