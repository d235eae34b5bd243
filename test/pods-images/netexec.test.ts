import { expect, test } from 'vitest';
import { AGNHOST, page, storyOf, textOf } from './support.ts';

test('netexec tells who answers, who asked, and what it was asked', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec, --http-port=8090], env: [{name: COLOUR, value: blue}]');
  expect(await textOf(story, '8090/hostname')).toBe('p');
  expect(await textOf(story, '8090/hostName')).toBe('p');
  expect(await textOf(story, '8090/clientip')).toMatch(/^[\d.]+:\d+$/);
  expect(await textOf(story, '8090/serverport')).toBe('8090');
  expect(await textOf(story, '8090/echo?msg=hello%20you')).toBe('hello you');
  expect((await page(story, '8090/echo?msg=x&code=404')).status).toBe(404);
  expect(await textOf(story, '8090/envvar?var=COLOUR')).toBe('blue');
  expect((await page(story, '8090/envvar?var=NONE')).text).toBe('env var "NONE" is not set\n');
  expect(await textOf(story, '8090/nothing')).toBe('NOW: 2026-01-01 00:00:00.000 +0000 UTC');
  const headers = { 'x-mine': 'yes' };
  expect((await page(story, '8090/header?key=X-Mine', { headers })).text).toBe('yes');
  expect(JSON.parse((await page(story, '8090/header', { headers })).text)).toMatchObject({ 'X-Mine': ['yes'] });
  expect(await story.log()).toContain('GET /echo?msg=hello you&code=\n');
});

test('what nobody listens on refuses', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec], ports: [{containerPort: 9999}]');
  const { status, text } = await page(story, '9999/');
  expect(status).toBe(503);
  expect(text).toContain('connection refused');
});

test('netexec runs commands in its container, and says how they failed', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec]');
  const shell = async (command: string): Promise<unknown> =>
    JSON.parse(await textOf(story, `8080/shell?shellCommand=${encodeURIComponent(command)}`));
  expect(await shell('echo hi > /run/a; cat /run/a | tr h H')).toEqual({ output: 'Hi\n' });
  expect(await shell('echo no >&2; exit 3')).toEqual({ output: 'no\n', error: 'exit status 3' });
  expect(await shell('pidof agnhost')).toEqual({ output: '1\n' });
});

test('netexec asks another server, and says what came of it', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec]');
  const { podIP } = (await story.pod()).status;
  const dial = async (query: string): Promise<unknown> => JSON.parse(await textOf(story, `8080/dial?${query}`));
  expect(await dial(`host=${podIP}&port=8080&request=hostname&tries=2`)).toEqual({ responses: ['p', 'p'] });
  const refused = `Get "http://${podIP}:81/hostname": dial tcp ${podIP}:81: connect: connection refused`;
  expect(await dial(`host=${podIP}&port=81&request=hostname`)).toEqual({ errors: [refused] });
  expect((await page(story, '8080/dial?host=127.0.0.1&port=1')).status).toBe(400);
});

test('netexec keeps files that it is sent', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec]');
  const body = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nkept\r\n--b--\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const { status, text } = await page(story, '8080/upload', { method: 'POST', body, headers });
  const { output } = JSON.parse(text) as { output: string };
  expect([status, output]).toEqual([201, expect.stringMatching(/^\/uploads\/upload\d+$/)]);
  expect(JSON.parse(await textOf(story, `8080/shell?cmd=cat%20${output}`))).toEqual({ output: 'kept' });
});

test('netexec ends with the code that it is asked for, and begins anew', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec]');
  await page(story, '8080/exit?code=7');
  await story.cluster.settle();
  expect(await story.container()).toMatchObject({ lastState: { terminated: { exitCode: 7 } } });
  await story.pass(10);
  expect(await textOf(story, '8080/hostname')).toBe('p');
});

test('netexec is not ready any more once it was told to end, and goes on as long as it was told to', async () => {
  await using story = await storyOf(AGNHOST, 'args: [netexec, --delay-shutdown, "10"]');
  expect((await page(story, '8080/readyz')).status).toBe(200);
  await story.delete();
  expect((await page(story, '8080/readyz')).text).toBe('shutting down');
  await story.pass(9);
  expect((await page(story, '8080/healthz')).status).toBe(200);
  await story.live(2);
  expect(await story.isGone()).toBe(true);
});

test('a probe gets what the server answers', async () => {
  const readiness = 'readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 1}';
  await using story = await storyOf(AGNHOST, `args: [netexec], ${readiness}`);
  expect(await story.shown()).toBe('1/1 Running');
  await story.delete(0);
  await story.create(`{containers: [{name: c, image: "${AGNHOST}", args: [netexec, --udp-port=-1], ${readiness}}]}`);
  await story.pass(1);
  expect(await story.shown()).toBe('0/1 Running');
  expect(await story.events()).toContainEqual(expect.stringContaining('HTTP probe failed with statuscode: 412'));
});
