import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const script = (text: string): string =>
  `{restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, '${text}; echo $?']}]}`;

const DENY =
  '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: default}, ' +
  'spec: {podSelector: {}, policyTypes: [Egress]}}';

test('a connection that nobody answers is given up when the kernel does, by the clock of the cluster', async () => {
  await using story = await PodStory.begin();
  await story.create(script('nc -z -v 10.96.200.200 80'));
  await story.pass(126);
  expect(await story.log()).toBe('');
  await story.pass(1);
  await story.live(1);
  expect(await story.log()).toBe("nc: can't connect to remote host (10.96.200.200): Connection timed out\n1\n");
});

test('programs wait no longer than they were told', async () => {
  await using story = await PodStory.begin();
  await story.create(script('wget -q -T 3 -O- http://10.96.200.200; curl -sS -m 2 10.96.200.200'));
  await story.live(6);
  expect(await story.log()).toBe(
    'wget: download timed out\ncurl: (28) Connection timed out after 2000 milliseconds\n28\n',
  );
});

test('a name server that nobody gets through to is asked twice', async () => {
  await using story = await PodStory.begin();
  await story.apply(DENY);
  await story.create(script('nslookup kubernetes; wget -q -O- http://kubernetes'));
  await story.live(10);
  expect(await story.log()).toBe(';; connection timed out; no servers could be reached\n\n');
  await story.live(11);
  expect(await story.log()).toContain("wget: bad address 'kubernetes'\n1\n");
});
