import { expect, test } from 'vitest';
import { client, PodShells, server, service } from './pod-shells.ts';

const WEB = ['a', 'b', 'c'].map((name) => server(name, { labels: 'set: web' }));
const web = (spec = ''): string =>
  service('web', 'x', `${spec}ports: [{port: 80, targetPort: 8080}]`).replace('{app: x}', '{set: web}');

async function answers(shells: PodShells, pod: string, times = 30): Promise<Set<string>> {
  const script = `i=0; while [ $i -lt ${times} ]; do curl -s web; i=$((i+1)); done`;
  const { stdout } = await shells.run(pod, script);
  return new Set([...stdout.matchAll(/"pod": \{\s+"name": "([a-z]+)"/g)].map(([, name = '']) => name));
}

test('a service spreads its clients over its pods', async () => {
  await using shells = await PodShells.open([client('me'), ...WEB, web()]);
  expect(await answers(shells, 'me')).toEqual(new Set(['a', 'b', 'c']));
});

test('with session affinity a client stays with its pod, as long as that is there', async () => {
  const names = ['me', 'you', 'they', 'she', 'he', 'it'];
  await using shells = await PodShells.open([
    ...names.map((name) => client(name)),
    ...WEB,
    web('sessionAffinity: ClientIP, '),
  ]);
  const chosen = await Promise.all(names.map((name) => answers(shells, name, 8)));
  for (const pods of chosen) expect(pods.size).toBe(1);
  expect(new Set(chosen.flatMap((pods) => [...pods])).size).toBeGreaterThan(1);
  const [mine = ''] = chosen[0] ?? [];
  await shells.delete('v1/pods', mine);
  const [next = ''] = await answers(shells, 'me', 8);
  expect(['a', 'b', 'c'].filter((name) => name !== mine)).toContain(next);
});
