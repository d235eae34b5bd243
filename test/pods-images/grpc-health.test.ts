import { expect, test } from 'vitest';
import { AGNHOST, page, storyOf, textOf } from './support.ts';

const probe = (more: string): string =>
  `livenessProbe: {grpc: {port: 5000${more}}, periodSeconds: 2, failureThreshold: 1, timeoutSeconds: 1}`;

test('a probe asks a server by gRPC how it is, and a container that is not well begins anew', async () => {
  await using story = await storyOf(AGNHOST, `args: [grpc-health-checking], ${probe('')}`);
  await story.live(10);
  expect(await story.container()).toMatchObject({ restartCount: 0, ready: true });
  await page(story, '8080/make-not-serving');
  await story.live(4);
  expect(await story.container()).toMatchObject({ restartCount: 1 });
  expect(await story.events()).toContainEqual(
    expect.stringContaining('service unhealthy (responded with "NOT_SERVING")'),
  );
});

test('a server by gRPC knows its own service only', async () => {
  await using story = await storyOf(AGNHOST, `args: [grpc-health-checking], ${probe(', service: other')}`);
  await story.live(3);
  expect(await story.events()).toContainEqual(
    expect.stringContaining('error: health rpc probe failed: rpc error: code = NotFound desc = unknown service'),
  );
});

test('a server that does not speak gRPC cannot be connected to', async () => {
  await using story = await storyOf(AGNHOST, `args: [netexec, --http-port=5000], ${probe('')}`);
  await story.live(3);
  expect(await story.events()).toContainEqual(
    expect.stringMatching(/timeout: failed to connect service "[\d.]+:5000" within 1s: context deadline exceeded/),
  );
});

test('nettest notes who contacts it', async () => {
  await using story = await storyOf(AGNHOST, 'args: [nettest]');
  const body = '{"Source": "somebody"}';
  expect(await page(story, '8080/write', { method: 'POST', body })).toMatchObject({ text: '{"Hostname":"p"}\n' });
  await page(story, '8080/write', { method: 'POST', body: '{' });
  const state: unknown = JSON.parse(await textOf(story, '8080/read'));
  expect(state).toMatchObject({
    Hostname: 'p',
    Received: { somebody: 1 },
    Errors: [expect.any(String), expect.any(String)],
  });
});
