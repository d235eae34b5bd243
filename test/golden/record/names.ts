// Records which names, keys and label values a real server refuses, and why.
import { ask, inNamespace, record } from './oracle.ts';

const long = (length: number, end = ''): string => 'a'.repeat(length - end.length) + end;

const TEXTS = [
  'a',
  'abc',
  'a-b',
  'a.b',
  'a_b',
  'A',
  'Abc',
  '1',
  '1a',
  'a1',
  '-',
  '-a',
  'a-',
  '.',
  '..',
  '.a',
  'a.',
  'a..b',
  '..a',
  'a.-b',
  'a-.b',
  '_',
  '_a',
  'a_',
  'a b',
  ' a',
  'a ',
  'a/b',
  '/',
  '/a',
  'a/',
  'a/b/c',
  'x.y/z',
  'X.y/z',
  'x_y/z',
  'x.y/',
  '/z',
  'x.y/Z_1',
  'x.y/-z',
  'a%b',
  'a:b',
  'a@b',
  'a,b',
  'a"b',
  "a'b",
  'a\\b',
  'a\nb',
  'ä',
  'é'.repeat(40),
  '😀',
  'a--b',
  '12-34',
  '0',
  'true',
  'a\u0000b',
  '',
  long(15),
  long(16),
  long(63),
  long(64),
  long(63, '-'),
  long(64, '-'),
  long(253),
  long(254),
  `${long(63)}.${long(63)}`,
  `${long(64)}.b`,
  `${long(253)}/b`,
  `${long(254)}/b`,
  `x.y/${long(63)}`,
  `x.y/${long(64)}`,
  `${'a.'.repeat(126)}a`,
  `${'a.'.repeat(127)}a`,
  'http',
  'HTTP',
  'http-1',
  'a-1-b',
  '1-2',
  '80',
  'p--q',
  '-p',
  'p-',
  'kubernetes.io/metadata.name',
  'constructor',
  '__proto__',
];

/** Where a text may stand, and the object that has it there. */
const PLACES: Readonly<Record<string, { path: string; field: RegExp; make: (text: string) => object }>> = {
  dnsSubdomain: { path: 'configmaps', field: /^metadata\.name$/, make: (name) => ({ metadata: { name } }) },
  dnsLabel: { path: '/api/v1/namespaces', field: /^metadata\.name$/, make: (name) => ({ metadata: { name } }) },
  pathSegment: {
    path: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    field: /^metadata\.name$/,
    make: (name) => ({ metadata: { name } }),
  },
  qualifiedName: {
    path: 'configmaps',
    field: /^metadata\.labels$/,
    make: (key) => ({ metadata: { name: 'x', labels: { [key]: '' } } }),
  },
  labelValue: {
    path: 'configmaps',
    field: /^metadata\.labels$/,
    make: (value) => ({ metadata: { name: 'x', labels: { k: value } } }),
  },
  finalizer: {
    path: 'configmaps',
    field: /^metadata\.finalizers$/,
    make: (name) => ({ metadata: { name: 'x', finalizers: [name] } }),
  },
  configKey: {
    path: 'configmaps',
    field: /^data\[/,
    make: (key) => ({ metadata: { name: 'x' }, data: { [key]: '' } }),
  },
  portName: {
    path: 'pods',
    field: /^spec\.containers\[0\]\.ports\[0\]\.name$/,
    make: (name) => ({
      metadata: { name: 'x' },
      spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 1, name }] }] },
    }),
  },
};

interface Status {
  readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] };
}

await inNamespace('golden-names', async (namespace) => {
  const cases = [];
  for (const [place, { path, field, make }] of Object.entries(PLACES)) {
    for (const text of new Set(TEXTS)) {
      // Nothing where something has to be is another rule.
      if (text === '' && place !== 'labelValue' && place !== 'qualifiedName' && place !== 'configKey') continue;
      const { json } = await ask(
        'POST',
        `${path.startsWith('/') ? path : `${namespace}/${path}`}?dryRun=All`,
        make(text),
      );
      const causes = ((json as Status).details?.causes ?? []).filter((cause) => field.test(cause.field));
      cases.push({
        place,
        text,
        problems: causes.map(({ message }) => message.replace(/^Invalid value: "(?:[^"\\]|\\.)*": /, '')),
      });
    }
  }
  await record('test/golden/kube/names.json', cases);
});
