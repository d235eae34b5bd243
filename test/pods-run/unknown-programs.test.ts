import { describe, expect, test } from 'vitest';
import { PROGRAM_NAMES } from '../../controllers/kubelet/runtime/shell/program-names.ts';
import { programs } from '../../controllers/kubelet/runtime/shell/programs/index.ts';
import type { Event } from '../../server/kube/types.gen.ts';
import { PodStory } from '../support/pod-story.ts';

const container = (image: string, command: string, more = ''): string =>
  `{name: c, image: ${image}, command: ${command}${more}}`;

test('the list of programs is that of the programs', () => {
  expect([...PROGRAM_NAMES].sort()).toEqual([...programs.keys()].sort());
});

describe('an image that nobody knows has every program, and its files', () => {
  test.each([
    '[/manager, --leader-elect]',
    '[java, -jar, app.jar]',
    '[sh, -c, "exec ./server --port 80"]',
    '[sh, -c, "cd /app && mkdir -p data && ./migrate && ./server"]',
    '[bash, /entrypoint.sh]',
    '[sh, -ec, ". /etc/app/env; cat /app/config > /config; server"]',
  ])('%s goes on', async (command) => {
    await using story = await PodStory.begin();
    const probe = ', readinessProbe: {exec: {command: [sh, -c, "pg_isready -U me | grep accepting"]}}';
    await story.create(`{containers: [${container('registry.example/shop', command, probe)}]}`);
    await story.pass(60);
    expect(await story.container()).toMatchObject({ ready: true, restartCount: 0, state: { running: {} } });
    await story.delete();
    await story.pass(1);
    expect(await story.isGone()).toBe(true);
  });

  test('its work is done at once in jobs and init containers', async () => {
    await using story = await PodStory.begin();
    const init = container('shop', '[sh, -c, "./migrate && echo migrated > /x"]').replace('name: c', 'name: i');
    await story.create(`{initContainers: [${init}], containers: [${container('shop', '[./server]')}]}`);
    expect(await story.shown()).toBe('1/1 Running');
  });

  test('but a script of known commands runs there as anywhere', async () => {
    await using story = await PodStory.begin();
    const failing = container('registry.example/shop', '[sh, -c, "echo hi; exit 3"]');
    await story.create(`{restartPolicy: Never, containers: [${failing}]}`);
    expect((await story.container()).state.terminated).toMatchObject({ exitCode: 3 });
    expect(await story.log()).toBe('hi\n');
  });
});

describe('in an image that is known a command that is not there cannot start', () => {
  const reason =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
    'unable to start container process: error during container init: ' +
    'exec: "nosuch": executable file not found in $PATH: unknown';

  test('the pod fails, in the words of the container runtime', async () => {
    await using story = await PodStory.begin();
    await story.create(`{restartPolicy: Never, containers: [${container('busybox', '[nosuch]')}]}`);
    expect((await story.pod()).status.phase).toBe('Failed');
    expect(await story.shown()).toBe('0/1 StartError');
    expect((await story.container()).state.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: reason,
      startedAt: '1970-01-01T00:00:00Z',
    });
    expect(await story.events()).toContain(`Warning Failed spec.containers{c}: Error: ${reason}`);
  });

  test('or tries again, later each time', async () => {
    await using story = await PodStory.begin();
    await story.create(`{containers: [${container('nginx', '[nosuch]')}]}`);
    expect(await story.shown()).toMatch(/^0\/1 CrashLoopBackOff/);
    await story.pass(10);
    expect(await story.container()).toMatchObject({ restartCount: 2 });
  });

  test('which is told each time', async () => {
    await using story = await PodStory.begin();
    await story.create(`{containers: [${container('nginx', '[nosuch]')}]}`);
    await story.pass(10);
    const events = await story.client.list<Event>('v1/events', 'default');
    const times = new Map(events.map(({ reason, count }) => [reason, count]));
    expect(times.get('Pulled')).toBe(3);
    expect(times.get('Created')).toBe(3);
    expect(times.get('Failed')).toBe(3);
  });

  test('but its own programs are there', async () => {
    await using story = await PodStory.begin();
    await story.create(`{containers: [${container('nginx', '[nginx, -g, "daemon off;"]')}]}`);
    expect(await story.shown()).toBe('1/1 Running');
  });
});
