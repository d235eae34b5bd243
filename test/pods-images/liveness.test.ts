import { expect, test } from 'vitest';
import { AGNHOST, storyOf, textOf } from './support.ts';

test('a container of agnhost liveness is healthy for ten seconds, then begins anew', async () => {
  const probe = 'livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 3, failureThreshold: 1}';
  await using story = await storyOf(AGNHOST, `args: [liveness], ${probe}`);
  expect(await textOf(story, '8080/healthz')).toBe('ok');
  await story.live(11);
  expect(await textOf(story, '8080/healthz')).toBe('error: 11');
  expect(await textOf(story, '8080/started')).toBe('11s');
  expect(await story.container()).toMatchObject({ restartCount: 0 });
  await story.live(5);
  expect(await story.container()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 2 } } });
  expect(await story.events()).toContainEqual(expect.stringContaining('HTTP probe failed with statuscode: 500'));
});
