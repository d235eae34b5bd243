import { expect, test } from 'vitest';
import { PodStory } from '../support/pod-story.ts';

/** What a script prints in a pod that runs it to its end. */
async function printed(
  script: string,
  context: { readonly container?: string; readonly pod?: string } = {},
): Promise<string> {
  await using story = await PodStory.begin();
  const { container = '{}', pod = '{}' } = context;
  const command = `[sh, -c, ${JSON.stringify(script)}]`;
  await story.create(
    `{restartPolicy: Never, securityContext: ${pod}, containers: [{name: c, image: busybox, command: ${command}, ` +
      `securityContext: ${container}}]}`,
  );
  return await story.log();
}

const STATUS = "grep -E '^(Uid|Gid|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status";

test('a container has what a container runtime gives to all', async () => {
  expect(await printed(STATUS)).toBe(
    'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n' +
      'NoNewPrivs:\t0\nSeccomp:\t0\n',
  );
});

test('users and groups are those of the container, the pod and the files of the image', async () => {
  const pod = '{runAsUser: 33, supplementalGroups: [7], fsGroup: 8}';
  expect(await printed('id; id -g', { pod })).toBe('uid=33(www-data) gid=33(www-data) groups=33(www-data),7,8\n33\n');
  expect(await printed('id', { pod, container: '{runAsUser: 1000, runAsGroup: 2000}' })).toBe(
    'uid=1000 gid=2000 groups=2000,7,8\n',
  );
});

test('who is not root has no capabilities, and a container may do without', async () => {
  const container = '{runAsUser: 1000, allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}}';
  expect(await printed(STATUS, { container })).toBe(
    'Uid:\t1000\t1000\t1000\t1000\nGid:\t0\t0\t0\t0\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n' +
      'NoNewPrivs:\t1\nSeccomp:\t2\n',
  );
  const dropped = '{capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}';
  const script = `${STATUS.replace('Uid|Gid|', '')}; touch /x; chown 5 /x; chmod 0 /x; cat /x; echo done`;
  expect(await printed(script, { container: dropped })).toBe(
    'CapEff:\t0000000000000400\nCapBnd:\t0000000000000400\nNoNewPrivs:\t0\nSeccomp:\t0\n' +
      "chown: /x: Operation not permitted\ncat: can't open '/x': Permission denied\ndone\n",
  );
});

test('only privileged containers change what belongs to the node', async () => {
  const script =
    'ip link add dummy0 type dummy; sysctl -w kernel.shmmni=5; echo 6 > /proc/sys/kernel/shmmni; ' +
    'sysctl -n kernel.shmmni; mount | grep -c "(ro,"';
  expect(await printed(script)).toBe(
    'ip: RTNETLINK answers: Operation not permitted\n' +
      "sysctl: error setting key 'kernel.shmmni': Read-only file system\n" +
      "sh: can't create /proc/sys/kernel/shmmni: Read-only file system\n4096\n4\n",
  );
  expect(await printed(script, { container: '{privileged: true}' })).toBe(
    'ip: changing the network of a pod is not simulated\nkernel.shmmni = 5\n6\n1\n',
  );
});

test('a read-only root can be written to only where something is mounted', async () => {
  await using story = await PodStory.begin();
  const script =
    'echo x > /file; mkdir /var/x; rm /etc/passwd; chmod 0 /etc; echo v > /v/f && cat /v/f; pwd; ' +
    'echo y > /dev/null; echo "127.0.0.2 a" >> /etc/hosts; echo why > /dev/termination-log';
  await story.create(
    `{restartPolicy: Never, volumes: [{name: v, emptyDir: {}}], containers: [{name: c, image: busybox, ` +
      `command: [sh, -c, ${JSON.stringify(script)}], workingDir: /made/here, ` +
      'volumeMounts: [{name: v, mountPath: /v}], securityContext: {readOnlyRootFilesystem: true}}]}',
  );
  expect(await story.log()).toBe(
    "sh: can't create /file: Read-only file system\n" +
      "mkdir: can't create directory '/var/x': Read-only file system\n" +
      "rm: can't remove '/etc/passwd': Read-only file system\nchmod: /etc: Read-only file system\nv\n/made/here\n",
  );
  expect((await story.container()).state.terminated).toMatchObject({ exitCode: 0, message: 'why\n' });
});

test.each([
  ['', 'Effective uid: 0\n'],
  ['allowPrivilegeEscalation: true, ', 'Effective uid: 0\n'],
  ['allowPrivilegeEscalation: false, ', 'Effective uid: 1000\n'],
])('a program that runs as its owner, with {%s}', async (context, text) => {
  await using story = await PodStory.begin();
  await story.create(
    '{restartPolicy: Never, containers: [{name: c, image: registry.k8s.io/e2e-test-images/nonewprivs:1.4, ' +
      `securityContext: {${context}runAsUser: 1000}}]}`,
  );
  expect(await story.log()).toBe(text);
});

test('scripts never run as their owner, and no program does that was given away', async () => {
  const script =
    'echo "#!/bin/sh" > /s; echo id -u >> /s; chmod 4755 /s; cp /bin/id /i; chmod 4755 /i; ls -l /i; ' +
    'chown 5 /i; ls -l /i | cut -c 1-10; /s';
  expect(await printed(script)).toMatch(/^-rwsr-xr-x .*\n-rwxr-xr-x\n0\n$/);
});

test('a profile that the node does not have keeps a container from being made', async () => {
  await using story = await PodStory.begin();
  const profile = 'seccompProfile: {type: Localhost, localhostProfile: p.json}';
  await story.create(`{containers: [{name: c, image: busybox, securityContext: {${profile}}}]}`);
  const path = '/var/lib/kubelet/seccomp/p.json';
  expect((await story.container()).state.waiting).toMatchObject({
    reason: 'CreateContainerError',
    message: expect.stringContaining(`cannot load seccomp profile "${path}": open ${path}: no such file or directory`),
  });
});
