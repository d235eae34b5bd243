// Records what a real server selects with field selectors, and how it refuses bad ones.
import { seededRandom } from '../../../server/base/random.ts';
import { ask, create, inNamespace, messageOf, record } from './oracle.ts';

// biome-ignore format: a matrix, in the order in which it is read
const TEXTS = [
  '', ' ', ',', ',,', 'metadata.name=a', 'metadata.name==a', 'metadata.name!=a', 'metadata.name = a',
  ' metadata.name=a', 'metadata.name=a ',
  'metadata.name=a,', ',metadata.name=a', 'metadata.name=a,,metadata.namespace!=x', 'metadata.name', '=a', '==a',
  '!=a', '!', 'metadata.name!a',
  'metadata.name>a', 'metadata.name===a', 'metadata.name=!a', 'metadata.name!==a', 'metadata.name=a=b',
  'metadata.name=a!=b', 'metadata.name==a==b',
  'metadata.name=a\\=b', 'metadata.name=a\\,b', 'metadata.name=a\\\\b', 'metadata.name=a\\b', 'metadata.name=a\\',
  'metadata.name=\\', 'metadata.name=\\,',
  'metadata.name=', 'metadata.name!=', 'metadata.name=a,metadata.name=b', 'metadata.name=a,metadata.name!=a',
  'metadata.name!=a,metadata.name!=b',
  'metadata.namespace=golden-field-selectors', 'metadata.namespace=x', 'metadata.name=A', 'metadata.name=ä',
  'metadata.name=a/b', 'metadata.name="a"',
  'metadata.uid=a', 'metadata.labels.x=a', 'data.x=1', 'spec.nodeName=', 'foo=bar', 'metadata.name\\=a',
  'metadata.name\\==a', 'a\\,b=c', 'x=1,y=2', 'meta data.name=a',
  'metadata.name in (a)', 'metadata.name=a metadata.name=b', 'metadata.name=a;metadata.name=b', '\tmetadata.name=a',
  'metadata.name=a\n', 'METADATA.NAME=a', 'name=a',
];
const TOKENS = ['metadata.name', 'metadata.namespace', 'a', 'b', '=', '==', '!=', '!', ',', '\\', ' ', 'x'];
const random = seededRandom(8);
const token = (): string => TOKENS[Math.floor(random.fraction() * TOKENS.length)] ?? '';
const soup = (): string => Array.from({ length: 1 + Math.floor(random.fraction() * 7) }, token).join('');
const texts = [...new Set([...TEXTS, ...Array.from({ length: 120 }, soup)])];

await inNamespace('golden-field-selectors', async (namespace) => {
  for (const name of ['a', 'b']) await create(`${namespace}/configmaps`, { metadata: { name } });
  const cases = [];
  for (const text of texts) {
    const answer = await ask('GET', `${namespace}/configmaps?fieldSelector=${encodeURIComponent(text)}`);
    const items = (answer.json as { items?: { metadata: { name: string } }[] }).items ?? [];
    const message = messageOf(answer);
    const selects = items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
    cases.push(message === undefined ? { text, selects } : { text, message });
  }
  await record('test/golden/selectors/fields.json', cases);
});
