// Writes docs.gen.json.gz: type → field → text (the type's own text under ''), for OpenAPI, kubectl explain and the
// columns of tables. node scripts/build-docs.mjs [--packages DIRECTORY] [--list-missing] FILE …
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { textSources } from './declared-texts.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Where packages are installed. */
    packages: { type: 'string', default: 'node_modules' },
    /** Print `type#field` of every text that no package has. */
    'list-missing': { type: 'boolean', default: false },
  },
});

const { types } = JSON.parse(readFileSync('server/schema/kinds.gen.json', 'utf8'));
const sources = textSources(values.packages);

/** Types that are encoded in their own way, in words of our own. */
const OPAQUE = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'A number that may end with a unit, such as 100m or 1Gi.',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'A time in RFC 3339 form, in whole seconds.',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'A time in RFC 3339 form, with microseconds.',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': 'A length of time, such as 1h30m.',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'A set of fields in the form of JSON, one key for each.',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'Any object.',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'A whole number or a string.',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'Any JSON value.',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'A schema, or a list of schemas.',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'A schema, or true or false.',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray':
    'A schema, or a list of strings.',
};
const SCALARS = {
  string: 'a string',
  boolean: 'true or false',
  int32: 'a whole number',
  int64: 'a whole number',
  double: 'a number',
  bytes: 'bytes in base64',
};

const missing = [];
const lastPart = (type) => type.slice(type.lastIndexOf('.') + 1);

/** No document of OpenAPI has these: they are options in queries, or forms of answers. */
const UNPUBLISHED =
  /^((Pod|Node|Service)\w+Options|(List|Create|Update|Patch)Options|Table\w*|PartialObjectMetadata\w*)$/;

/** The type itself, then the same kind in other versions: what has become v1 since the packages were made. */
const OTHER_VERSIONS = ['v1', 'v1beta2', 'v1beta1', 'v1alpha3', 'v1alpha2', 'v1alpha1'];
const inVersions = (type) => [type, ...OTHER_VERSIONS.map((version) => type.replace(/v\d\w*(?=\.\w+$)/, version))];

function declaredText(type, field, spelling = '') {
  for (const name of inVersions(type)) {
    for (const { find, knows } of sources) {
      if (!knows(spelling)) continue;
      const found = find(name);
      const text = field === '' ? found?.text : found?.fields.get(field);
      if (text) return text;
    }
  }
  return '';
}

/** What a spelling of kinds.gen.json stands for: `[]@io.k8s.api.core.v1.Container` → `a list of Container`. */
function inWords(spelling) {
  const plain = spelling.replace(/^\*/, '');
  if (plain.startsWith('[]')) return `a list of ${inWords(plain.slice(2)).replace(/^an? /, '')}`;
  if (plain.startsWith('{}')) return `a map of ${inWords(plain.slice(2)).replace(/^an? /, '')}`;
  return plain.startsWith('@') ? `a value of type ${lastPart(plain)}` : (SCALARS[plain] ?? plain);
}

function typeText(type) {
  const declared = declaredText(type, '');
  if (declared !== '') return declared;
  missing.push(`${type}#`);
  return OPAQUE[type] ?? `${lastPart(type)} is a type of ${type.split('.').slice(-3, -1).join('/')}.`;
}

/** Every kind says the same of its first two fields. */
const typeMeta = Object.fromEntries(
  ['kind', 'apiVersion'].map((field) => {
    const type = Object.keys(types).find((name) => types[name].k && declaredText(name, field) !== '');
    return [field, type === undefined ? '' : declaredText(type, field)];
  }),
);

function ownText(type, row) {
  missing.push(`${type}#${row.n}`);
  const referred = /^\*?@(.*)$/.exec(row.t)?.[1];
  const text = referred && !OPAQUE[referred] ? typeTexts.get(referred) : undefined;
  return text ?? `${row.n} of ${lastPart(type)} is ${inWords(row.t)}.`;
}

function fieldText(type, row) {
  const declared = declaredText(type, row.n, row.t) || (types[type].k && typeMeta[row.n]) || '';
  const text = declared === '' ? ownText(type, row) : declared;
  // The real server says what each value means; without a package that does, the values alone are told.
  const isEnum = row.e && !/^\*?(\[\]|\{\})/.test(row.t);
  if (!isEnum || text.includes('Possible enum values:')) return text;
  return `${text}\n\nPossible enum values:\n${row.e.map((value) => ` - \`"${value}"\``).join('\n')}`;
}

const published = Object.keys(types).filter((type) => !UNPUBLISHED.test(lastPart(type)));
const typeTexts = new Map([...published, ...Object.keys(OPAQUE)].map((type) => [type, typeText(type)]));
const texts = {};
for (const [type, text] of typeTexts) {
  texts[type] = { '': text };
  for (const row of types[type]?.f ?? []) if (row.x !== 1) texts[type][row.n] = fieldText(type, row);
}

const inOrder = (a, b) => (a < b ? -1 : 1);
if (values['list-missing']) for (const name of missing.sort(inOrder)) console.log(name);
const packed = gzipSync(JSON.stringify(texts), { level: 9 });
for (const file of positionals) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, packed);
}
