import { expect, test } from 'vitest';
import { page, storyOf, textOf } from './support.ts';

test('http-echo answers everything with its text', async () => {
  await using story = await storyOf('hashicorp/http-echo:1.0', 'args: [-text=hello world, "-listen=:8080"]');
  expect(await textOf(story, '8080/any/path')).toBe('hello world\n');
  expect(await story.log()).toContain('server is listening on :8080\n');
});

test('http-echo listens at 5678, and needs a text', async () => {
  await using story = await storyOf('hashicorp/http-echo', 'args: [-text, hi]');
  expect(await textOf(story, '5678/')).toBe('hi\n');
  await story.delete(0);
  await story.create('{restartPolicy: Never, containers: [{name: c, image: hashicorp/http-echo}]}');
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 127 });
  expect(await story.log()).toContain('Missing -text option');
});

test('httpd serves its folder', async () => {
  await using story = await storyOf('httpd:2.4');
  expect(await textOf(story, '80/')).toBe('<html><body><h1>It works!</h1></body></html>\n');
  expect((await page(story, '80/nothing')).text).toContain('The requested URL was not found on this server.');
  expect(await story.log()).toMatch(/resuming normal operations\n.*"GET \/ HTTP\/1\.1" 200 45\n.*" 404 \d+\n$/s);
});

test('the httpd of busybox serves a folder', async () => {
  const script = 'mkdir /www; echo hi > /www/index.html; httpd -f -p 8080 -h /www';
  await using story = await storyOf('busybox', `command: [sh, -c, "${script}"]`);
  expect(await textOf(story, '8080/')).toBe('hi\n');
  expect((await page(story, '8080/nothing')).status).toBe(404);
});

test('the httpd of busybox goes to the background, where curl and wget of its pod reach it', async () => {
  const script = 'echo hi > /run/a; httpd -p 81 -h /run; curl -s localhost:81/a; wget -qO- 127.0.0.1:81/a';
  await using story = await storyOf('busybox', `command: [sh, -c, "${script}"]`, 'restartPolicy: Never, ');
  expect(await story.log()).toBe('hi\nhi\n');
});

test('nc and a shell make a server, which a probe reaches', async () => {
  const probe = 'readinessProbe: {tcpSocket: {port: 9000}, periodSeconds: 1, failureThreshold: 1}';
  await using story = await storyOf('busybox', `command: [sh, -c, "sleep 3; nc -lk -p 9000"], ${probe}`);
  expect(await story.shown()).toBe('0/1 Running');
  await story.live(5);
  expect(await story.shown()).toBe('1/1 Running');
});

test('a container that listens nowhere is not reached', async () => {
  await using story = await storyOf('busybox', 'command: [sleep, 1h], ports: [{containerPort: 80}]');
  expect((await page(story, '80/')).text).toContain('connection refused');
});

test('an image that nobody knows tells who was asked', async () => {
  await using story = await storyOf('example/app:1', 'command: [/app/server], ports: [{containerPort: 80}]');
  expect(JSON.parse(await textOf(story, '80/x'))).toMatchObject({ pod: { name: 'p' }, request: { url: '/x' } });
});

test.each(['nautilus', 'kitten'])('the update demo says that it is %s', async (name) => {
  await using story = await storyOf(`registry.k8s.io/e2e-test-images/${name}:1.7`);
  expect(JSON.parse(await textOf(story, '80/data.json'))).toEqual({ image: `${name}.jpg` });
});
