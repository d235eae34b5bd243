import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

const pod = (sysctls: string, command: string, more = ''): string =>
  `{${more}restartPolicy: Never, securityContext: {sysctls: [${sysctls}]}, ` +
  `containers: [{name: c, image: busybox, command: [sh, -c, ${JSON.stringify(command)}]}]}`;

test('a pod sets what is its own, with dots or slashes', async () => {
  await using story = await PodStory.begin();
  const sysctls = '{name: kernel.shm_rmid_forced, value: "1"}, {name: net/ipv4/tcp_fin_timeout, value: "7"}';
  await story.create(
    pod(sysctls, 'sysctl kernel.shm_rmid_forced net/ipv4/tcp_fin_timeout; cat /proc/sys/net/ipv4/tcp_keepalive_time'),
  );
  expect(await story.log()).toBe('kernel.shm_rmid_forced = 1\nnet.ipv4.tcp_fin_timeout = 7\n7200\n');
});

test('the kubelet refuses a pod that sets what others have, too', async () => {
  await using story = await PodStory.begin();
  await story.create(pod('{name: kernel.msgmax, value: "1"}', 'true'));
  const { status } = await story.pod();
  const message = 'forbidden sysctl: "kernel.msgmax" not allowlisted';
  expect(status).toMatchObject({ phase: 'Failed', reason: 'SysctlForbidden', message: `Pod was rejected: ${message}` });
  expect(status.containerStatuses).toBeUndefined();
  expect(await story.events()).toContainEqual(expect.stringContaining(message));
});
