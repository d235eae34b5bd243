import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';
import { page, podOf, storyOf, textOf } from './support.ts';

/** Writes files before nginx starts. */
const prepared = (script: string): string => `command: [sh, -c, "${script}; exec nginx -g 'daemon off;'"]`;
/** A configuration of one server. */
const configured = (server: string): string =>
  prepared(`printf '%s' '${server}' > /etc/nginx/conf.d/default.conf; mkdir /site; echo home > /site/index.html`);

test('nginx serves its page at port 80, and nothing else', async () => {
  await using story = await storyOf('nginx', 'ports: [{containerPort: 8080}]');
  expect(await textOf(story, '80/')).toContain('<title>Welcome to nginx!</title>');
  expect((await page(story, '80/nothing')).status).toBe(404);
  expect((await page(story, '80/', { method: 'POST', body: 'x' })).status).toBe(405);
  expect((await page(story, '8080/')).status).toBe(503);
});

test('it writes what it was asked into its log', async () => {
  await using story = await storyOf('nginx');
  await page(story, '80/nothing', { headers: { 'user-agent': 'me' } });
  const log = await story.log();
  expect(log).toContain('start worker processes\n');
  expect(log).toMatch(
    /\d - - \[01\/Jan\/2026:00:00:00 \+0000\] "GET \/nothing HTTP\/1\.1" 404 \d+ "-" "me" "[^"]*"\n$/,
  );
});

test('it serves the files that somebody writes', async () => {
  await using story = await storyOf('nginx', prepared('echo mine > /usr/share/nginx/html/index.html'));
  expect(await textOf(story, '80/')).toBe('mine\n');
});

test('it does what its configuration says', async () => {
  const server =
    'server { listen 8080; root /site; add_header X-By test; location /hello { return 200 hi; } ' +
    'location = /moved { return 301 /hello; } location ~ [.]php$ { return 403; } ' +
    'location /app/ { try_files $uri /index.html; } location /api/ { proxy_pass http://127.0.0.1:8080/hello; } }';
  await using story = await storyOf('nginx', configured(server));
  expect(await textOf(story, '8080/')).toBe('home\n');
  expect(await textOf(story, '8080/hello/you')).toBe('hi');
  expect((await page(story, '8080/moved')).status).toBe(301);
  expect((await page(story, '8080/a.php')).status).toBe(403);
  expect(await textOf(story, '8080/app/any/page')).toBe('home\n');
  expect(await textOf(story, '8080/api/x')).toBe('hi');
});

test('a configuration that is wrong ends it', async () => {
  await using story = await storyOf('nginx', configured('server { listen 80; '), 'restartPolicy: Never, ');
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 1 });
  expect(await story.log()).toContain('[emerg] 1#1: unexpected end of file, expecting "}" in /etc/nginx/conf.d/');
});

test('two of them in a pod cannot both have the port', async () => {
  await using story = await PodStory.begin();
  const more = 'command: [nginx]';
  await story.create(
    `{restartPolicy: Never, containers: [{name: a, image: nginx, ${more}}, {name: c, image: nginx, ${more}}]}`,
  );
  await story.live(3);
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 1 });
  expect(await story.container('a')).toMatchObject({ ready: true });
});

test('it ends well when it is told to', async () => {
  await using story = await storyOf(
    'nginx',
    'command: [sh, -c, "nginx & sleep 1; nginx -s quit; wait; echo $?"]',
    'restartPolicy: Never, ',
  );
  await story.live(1);
  expect(await story.log()).toMatch(/signal 3 \(SIGQUIT\) received, shutting down\n.*exit\n0\n$/);
});

test('it is ready as long as its page is there', async () => {
  await using story = await PodStory.begin();
  const probe = 'readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5, failureThreshold: 1}';
  const hook = 'lifecycle: {postStart: {exec: {command: [rm, /usr/share/nginx/html/index.html]}}}';
  await story.create(podOf('nginx', probe));
  expect(await story.shown()).toBe('1/1 Running');
  await story.delete(0);
  await story.create(podOf('nginx', `${probe}, ${hook}`));
  await story.pass(5);
  expect(await story.shown()).toBe('0/1 Running');
  expect(await story.events()).toContainEqual(expect.stringContaining('HTTP probe failed with statuscode: 403'));
});
