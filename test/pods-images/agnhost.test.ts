import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';
import { AGNHOST, page, podOf, storyOf, textOf } from './support.ts';

const ONCE = 'restartPolicy: Never, ';

/** What a container says that runs once, and how it ends. */
async function once(more: string): Promise<readonly [number | undefined, string]> {
  await using story = await storyOf(AGNHOST, more, ONCE);
  return [(await story.container()).state.terminated?.exitCode, await story.log()];
}

test('agnhost pauses unless it is told something else', async () => {
  await using story = await storyOf(AGNHOST);
  expect(await story.log()).toBe('Paused\nSignals registered\n');
  await story.delete();
  await story.live(1);
  expect(await story.isGone()).toBe(true);
});

test('it tells which signal ended its pause', async () => {
  await using story = await storyOf(
    AGNHOST,
    "command: [sh, -c, '/agnhost pause & sleep 1; kill $!; wait $!; echo $?']",
    ONCE,
  );
  await story.live(1);
  expect(await story.log()).toBe('Paused\nSignals registered\nexiting because of signal "terminated"\n2\n');
  expect((await story.container()).state.terminated?.message).toBe('exiting because of signal "terminated"\n');
});

test('entrypoint-tester shows which words an image and a container make together', async () => {
  expect(await once('args: [entrypoint-tester, override, arguments]')).toEqual([
    0,
    '[/agnhost entrypoint-tester override arguments]\n',
  ]);
  expect(await once('command: [/agnhost-2, entrypoint-tester]')).toEqual([0, '[/agnhost-2 entrypoint-tester]\n']);
  expect(await once('command: [/agnhost-2], args: [entrypoint-tester, a]')).toEqual([
    0,
    '[/agnhost-2 entrypoint-tester a]\n',
  ]);
});

test('logs-generator writes so many lines in so much time', async () => {
  await using story = await PodStory.begin();
  await story.create(podOf(AGNHOST, 'args: [logs-generator, --log-lines-total, "10", --run-duration, 5s]', ONCE));
  await story.live(2);
  expect((await story.log()).trim().split('\n')).toHaveLength(5);
  await story.live(3);
  const lines = (await story.log()).trim().split('\n');
  const url = '/api/v1/namespaces/(kube-system|default|ns)/pods/[a-z0-9]{3,4}';
  expect(lines.at(-1)).toMatch(new RegExp(`^I0101 00:00:04\\.\\d{6} .*\\] 9 (GET|POST|PUT) ${url} [2-5]\\d\\d$`));
  expect(lines).toHaveLength(10);
  expect((await story.pod()).status.phase).toBe('Succeeded');
});

test('dns-suffix, dns-server-list and etc-hosts show what the container was given', async () => {
  const dns = 'dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1], searches: [a.example, b.example]}, ';
  const script = 'for what in etc-hosts dns-suffix dns-server-list; do /agnhost $what; done';
  await using story = await storyOf(AGNHOST, `command: [sh, -c, '${script}']`, `${ONCE}${dns}`);
  expect(await story.log()).toMatch(/127\.0\.0\.1\tlocalhost\n[\s\S]*\tp\n\na\.example,b\.example\n10\.0\.0\.1\n$/);
});

test('connect says in a word why it cannot', async () => {
  const script = 'for to in 127.0.0.1:80 nobody:80 nobody; do /agnhost connect $to --timeout=3s; echo $?; done';
  const [, log] = await once(`command: [sh, -c, '${script}']`);
  expect(log).toBe(
    'REFUSED\n1\nDNS: lookup nobody: no such host\n1\nUNKNOWN: address nobody: missing port in address\n1\n',
  );
});

test('serve-hostname and porter answer on their ports', async () => {
  await using story = await storyOf(AGNHOST, 'args: [serve-hostname]');
  expect(await textOf(story, '9376/')).toBe('p');
  await story.delete(0);
  const env = 'env: [{name: SERVE_PORT_80, value: foo}, {name: SERVE_TCP_PORT_81, value: bar}]';
  await story.create(podOf(AGNHOST, `args: [porter], ${env}`));
  expect([await textOf(story, '80/'), await textOf(story, '81/x')]).toEqual(['foo', 'bar']);
  await story.delete(0);
  await story.create(podOf(AGNHOST, `args: [porter, --json-response], ${env}`));
  expect((await page(story, '80/', { method: 'PUT' })).text).toBe('{"Method":"PUT","Body":"foo"}');
});

test('guestbook keeps values', async () => {
  await using story = await storyOf(AGNHOST, 'args: [guestbook, --http-port, "6379"]');
  expect(await textOf(story, '6379/set?key=messages&value=hi')).toBe('{"message":"Updated"}');
  expect(await textOf(story, '6379/get?key=messages')).toBe('{"data":"hi"}');
  expect(await textOf(story, '6379/get')).toBe('{"data":{"messages":"hi"}}');
});

test('test-webserver serves the files of the container', async () => {
  await using story = await storyOf(AGNHOST, 'args: [test-webserver]');
  expect(await textOf(story, '80/etc/hostname')).toBe('p\n');
  expect((await page(story, '80/etc/nothing')).text).toBe('404 page not found\n');
  expect(await textOf(story, '80/etc/')).toContain('<a href="hosts">hosts</a>\n');
});

test('what is called wrongly fails as the real program does', async () => {
  expect(await once('args: [netexec, --nope]')).toEqual([1, 'Error: unknown flag: --nope\n']);
  expect(await once('args: [dance]')).toEqual([1, 'Error: unknown command "dance" for "app"\n']);
});

test('what is not simulated says so, and goes on', async () => {
  await using story = await storyOf(AGNHOST, 'args: [stress]');
  expect(await story.log()).toContain('agnhost stress is not simulated');
  expect(await story.shown()).toBe('1/1 Running');
});
