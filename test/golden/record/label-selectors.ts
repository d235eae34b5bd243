// Records what a real server selects with label selectors, and how it refuses bad ones.
import { seededRandom } from '../../../server/base/random.ts';
import { ask, create, inNamespace, messageOf, record } from './oracle.ts';

/** Labels of the objects to select from, by name. */
export const OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  none: {},
  web: { app: 'web', tier: 'front', n: '5' },
  api: { app: 'api', tier: 'back', n: '10' },
  empty: { app: '', n: '007' },
  words: { in: 'in', notin: 'notin', exists: 'x' },
  prefixed: { 'example.com/app': 'web', n: '1.5' },
  odd: { 'A.b_c-1': 'X.y_z-1', constructor: '1', n: '99999999999999999999' },
};

// biome-ignore format: a matrix, in the order in which it is read
const TEXTS = [
  '', ' ', ',', 'app', '!app', ' ! app ', 'app,', ',app', 'app,,tier', 'app=web', 'app==web', 'app!=web', 'app = web',
  'app=web,tier=front',
  'app=', 'app==', 'app!=', 'app=,tier', 'app in (web)', 'app in (web,api)', 'app in(web , api)', 'app notin (web)',
  'app in ()', 'app notin ()',
  'app in (,)', 'app in (web,)', 'app in (,web)', 'app in (web,,api)', 'app in (,,)', 'app in', 'app in (',
  'app in (web', 'app in (web,', 'app in web',
  'app in )', 'app in (web api)', 'app in (!)', 'app in (=)', 'app in ((web))', 'app notin web', 'in', 'notin',
  'in in (in)', 'notin notin (notin)',
  'in=in', 'x=in', 'exists', '!in', 'in,notin', 'n>4', 'n<6', 'n>5', 'n > 4,n<11', 'n>x', 'n>', 'n>5,', 'n>-4',
  'n<+8', 'n>1.5',
  'n>99999999999999999999', 'n<9223372036854775807', 'n<9223372036854775808', 'n>=5', 'n=>5', 'n<>5', 'n><5',
  'app===web', 'app=!web', 'app!web', 'app!',
  '!', '!!app', '!app=web', '!app in (a)', '(app)', ')', '(', 'app)', 'app(', '=web', '==', '!=', '=', '>', '<', '>5',
  'app=web tier', 'app tier',
  'app=we b', 'app="web"', "app='web'", 'app=web;tier=front', 'app&tier', 'app|tier', 'example.com/app',
  'example.com/app=web', 'example.com/=web',
  '/app', 'a/b/c', 'Example.com/app', 'example..com/app', 'example.com/a b', 'a_b.com/x', '-app', 'app-', 'app.',
  '_app', 'ap p', 'äpp', 'app=wäb', 'app=-web',
  'app=web-', 'app=.web', 'app=a/b', 'app=a:b', 'app=*', 'app=a,b=*', 'app in (*)', 'app in (a,*,-)',
  `${'a'.repeat(63)}=x`, `${'a'.repeat(64)}=x`,
  `app=${'a'.repeat(63)}`, `app=${'a'.repeat(64)}`, `${'a.'.repeat(130)}b/app`, 'A.b_c-1=X.y_z-1', 'constructor',
  '!constructor', '__proto__', 'toString',
  'constructor=1', 'app=web,app=api', 'app=web,app!=api', 'app in (web,web)', 'tier,app', 'app\n', '\tapp\r\n=\nweb',
  'app=web\0', 'app=in', 'app=notin',
  'app\\=web', 'app=\\', 'n>5,n>x', 'app in (a b)', 'app in (a)b', 'app in (a) b', 'app in (a),', 'app in (a), tier',
  'app=()', 'app=(a)', 'app>()',
];

// biome-ignore format: a matrix, in the order in which it is read
const TOKENS = [
  'app', 'n', 'in', 'notin', 'web', '5', '=', '==', '!=', '!', '>', '<', '(', ')', ',', ' ', 'a/b', '-', '*',
];
const random = seededRandom(7);
const token = (): string => TOKENS[Math.floor(random.fraction() * TOKENS.length)] ?? '';
const soup = (): string => {
  const length = 1 + Math.floor(random.fraction() * 8);
  return Array.from({ length }, token).join(random.fraction() < 0.5 ? '' : ' ');
};
const texts = [...new Set([...TEXTS, ...Array.from({ length: 200 }, soup)])];

await inNamespace('golden-label-selectors', async (namespace) => {
  for (const [name, labels] of Object.entries(OBJECTS)) {
    await create(`${namespace}/configmaps`, { metadata: { name, labels } });
  }
  const cases = [];
  for (const text of texts) {
    const query = `labelSelector=${encodeURIComponent(text)}`;
    const answer = await ask('GET', `${namespace}/configmaps?${query}&fieldSelector=metadata.name%21=kube-root-ca.crt`);
    const items = (answer.json as { items?: { metadata: { name: string } }[] }).items ?? [];
    const message = messageOf(answer);
    const selects = items.map(({ metadata }) => metadata.name);
    cases.push(message === undefined ? { text, selects } : { text, message });
  }
  await record('test/golden/selectors/labels.json', [{ objects: OBJECTS }, ...cases]);
});
