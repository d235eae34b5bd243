import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

/** A container that says the same again every ten seconds. */
const saying = (script: string, more = ''): string =>
  `{name: c, image: busybox, command: [sh, -c, ${JSON.stringify(`while :; do ${script}; sleep 10; done`)}]${more}}`;

test('a container reads what it may use, also after that has changed', async () => {
  await using story = await PodStory.begin();
  const script = 'cd /sys/fs/cgroup; cat cpu.max cpu.weight memory.max; grep MemTotal /proc/meminfo; mount -t cgroup2';
  const resources = ', resources: {requests: {cpu: 100m}, limits: {cpu: 250m, memory: 64Mi}}';
  await story.create(`{containers: [${saying(script, resources)}]}`);
  const mounted = 'cgroup2 on /sys/fs/cgroup type cgroup2 (ro,relatime)\n';
  expect(await story.log()).toBe(`25000 100000\n4\n67108864\nMemTotal:          65536 kB\n${mounted}`);
  const limits = { cpu: '500m', memory: '128Mi' };
  const body = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '200m' }, limits } }] } };
  await story.client.patch('v1/pods', { namespace: 'default', name: 'p' }, 'strategic', body, 'resize');
  await story.live(10);
  expect(await story.log('tailLines=5')).toBe(`50000 100000\n8\n134217728\nMemTotal:         131072 kB\n${mounted}`);
});

test('without limits it may use what there is, and cannot set any', async () => {
  await using story = await PodStory.begin();
  await story.create(`{containers: [${saying('cd /sys/fs/cgroup; cat cpu.max memory.max; echo 1 > cpu.max')}]}`);
  expect(await story.log()).toBe("max 100000\nmax\nsh: can't create cpu.max: Read-only file system\n");
});

test('a node has a group for each pod, by how much pods are promised', async () => {
  await using story = await PodStory.begin();
  const more =
    ', volumeMounts: [{name: cg, mountPath: /cg}], resources: {requests: {cpu: 100m}, limits: {cpu: 1, memory: 64Mi}}';
  const script = 'cd /cg/kubepods.slice; find . -type d; cat */*pod*/cpu.max */*pod*/memory.max */*pod*/cri*/cpu.max';
  await story.create(
    `{volumes: [{name: cg, hostPath: {path: /sys/fs/cgroup}}], containers: [${saying(script, more)}]}`,
  );
  await story.live(10);
  const uid = (await story.pod()).metadata.uid?.replaceAll('-', '_') ?? '';
  const pod = `./kubepods-burstable.slice/kubepods-burstable-pod${uid}.slice`;
  const container = (await story.container()).containerID?.replace('://', '-');
  expect(await story.log('tailLines=8')).toBe(
    `.\n./kubepods-besteffort.slice\n./kubepods-burstable.slice\n${pod}\n${pod}/cri-${container}.scope\n` +
      '100000 100000\n67108864\n100000 100000\n',
  );
});
