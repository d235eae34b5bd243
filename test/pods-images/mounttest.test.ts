import { expect, test } from 'vitest';
import { AGNHOST, storyOf } from './support.ts';

/** What mounttest says, and how it ends. */
async function mounttest(...args: string[]): Promise<readonly [number | undefined, string]> {
  const more = `args: [mounttest, ${args.map((arg) => JSON.stringify(arg)).join(', ')}]`;
  await using story = await storyOf(AGNHOST, more, 'restartPolicy: Never, ');
  return [(await story.container()).state.terminated?.exitCode, await story.log()];
}

test.each([
  ['0644', '-rw-r--r--'],
  ['0666', '-rw-rw-rw-'],
  ['0660', '-rw-rw----'],
  ['0777', '-rwxrwxrwx'],
])('mounttest makes a file of mode %s, and tells about it', async (mode, shown) => {
  expect(await mounttest(`--new_file_${mode}=/run/f`, '--file_perm=/run/f', '--file_content=/run/f')).toEqual([
    0,
    'content of file "/run/f": mount-tester new file\n\n' +
      `perms of file "/run/f": ${shown}\ncontent of file "/run/f": mount-tester new file\n\n`,
  ]);
});

test('mounttest tells modes, owners and kinds of file systems', async () => {
  const asked = ['--file_mode=/tmp', '--file_perm=/tmp', '--file_owner=/etc/passwd', '--fs_type=/dev/shm'];
  const [code, log] = await mounttest(...asked);
  expect(code).toBe(0);
  expect(log.split('\n').slice(-5)).toEqual([
    'mode of file "/tmp": dtrwxrwxrwx',
    'perms of file "/tmp": -rwxrwxrwx',
    'owner UID of "/etc/passwd": 0',
    'owner GID of "/etc/passwd": 0',
    '',
  ]);
});

test('mounttest fails for what is not there, and tells all the same what is', async () => {
  expect(await mounttest('--file_content=/nothing', '--file_owner=/etc/hosts')).toEqual([
    1,
    'owner UID of "/etc/hosts": 0\nowner GID of "/etc/hosts": 0\n' +
      'error reading file content for "/nothing": open /nothing: no such file or directory\n',
  ]);
});

test('mounttest looks again and again for what a file is to hold', async () => {
  const command = 'sleep 5; echo mount-tester new file > /run/f';
  const script = `(${command}) & /agnhost mounttest --file_content_in_loop=/run/f --retry_time=20`;
  await using story = await storyOf(AGNHOST, `command: [sh, -c, "${script}"]`, 'restartPolicy: Never, ');
  await story.live(5);
  const retry = 'Error reading file /run/f: open /run/f: no such file or directory, retrying\n';
  expect(await story.log()).toBe(retry.repeat(3));
  await story.live(1);
  expect(await story.log()).toContain('content of file "/run/f": mount-tester new file\n');
  expect((await story.pod()).status.phase).toBe('Succeeded');
});
