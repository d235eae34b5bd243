import { SystemError } from '../../machine/errno.ts';
import type { Inode } from '../../machine/inode.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readAll } from '../../shell/programs/input.ts';
import { readFlags } from '../flags.ts';
import { goError, quoted } from '../go-program.ts';

const CONTENT = 'mount-tester new file\n';
const RETRY_MS = 2000;
/** What `statfs` calls an overlay; other file systems of a container live in memory. */
const OVERLAY = String(0x794c7630);

/** Letters of Go's file modes that stand before the permissions. */
function modeText({ kind, attributes: { mode } }: Inode): string {
  const head = `${kind === 'directory' ? 'd' : ''}${kind === 'device' ? 'Dc' : ''}`;
  const set = `${mode & 0o4000 ? 'u' : ''}${mode & 0o2000 ? 'g' : ''}`;
  const sticky = mode & 0o1000 ? 't' : '';
  return `${head}${set}${sticky}` || '-';
}

function permissionsText({ attributes: { mode } }: Inode): string {
  return 'rwxrwxrwx'
    .split('')
    .map((letter, at) => (mode & (0o400 >> at) ? letter : '-'))
    .join('');
}

/** Creates files and tells about files, in the words that tests of volumes look for. */
export const mounttest: Program = async (process, args) => {
  const { flags } = readFlags(args, {
    fs_type: '',
    file_mode: '',
    file_perm: '',
    file_owner: '',
    new_file_0644: '',
    new_file_0666: '',
    new_file_0660: '',
    new_file_0777: '',
    file_content: '',
    file_content_in_loop: '',
    retry_time: 180,
    break_on_expected_content: true,
  });
  process.umask = 0;
  let hasFailed = false;
  const tried = async (path: string, what: (path: string) => Promise<void>, complaint: string): Promise<void> => {
    if (path === '') return;
    try {
      await what(path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      hasFailed = true;
      await process.print(`error ${complaint.replace('%', quoted(path))}: ${goError(error.message)}\n`);
    }
  };
  const facts = (tell: (path: string, node: Inode, type: string) => string) => async (path: string) => {
    const { node, mount } = process.view.find(process.path(path), process);
    await process.print(tell(quoted(path), node, mount.type ?? 'tmpfs'));
  };
  // The order is part of the program: a single call makes a file and then looks at it.
  const fsType = facts((path, _node, type) => `mount type of ${path}: ${type === 'overlay' ? OVERLAY : 'tmpfs'}\n`);
  await tried(flags.fs_type, fsType, 'from statfs(%)');
  for (const mode of ['0644', '0666', '0660', '0777'] as const) {
    const path = flags[`new_file_${mode}`];
    let isWritten = false;
    const write = async (): Promise<void> => {
      await writeNew(process, path, Number.parseInt(mode, 8));
      isWritten = true;
    };
    await tried(path, write, `writing new file %: open ${path}`);
    if (isWritten) await tried(path, (file) => show(process, file), `reading file content for %: open ${path}`);
  }
  const mode = facts((path, node) => `mode of file ${path}: ${modeText(node)}${permissionsText(node)}\n`);
  await tried(flags.file_mode, mode, `from Stat(%): stat ${flags.file_mode}`);
  const permissions = facts((path, node) => `perms of file ${path}: -${permissionsText(node)}\n`);
  await tried(flags.file_perm, permissions, `from Stat(%): stat ${flags.file_perm}`);
  const owner = facts(
    (path, { attributes: { uid, gid } }) => `owner UID of ${path}: ${uid}\nowner GID of ${path}: ${gid}\n`,
  );
  await tried(flags.file_owner, owner, 'from stat(%)');
  const read = (path: string): Promise<void> => show(process, path);
  await tried(flags.file_content, read, `reading file content for %: open ${flags.file_content}`);
  if (flags.file_content_in_loop !== '') {
    const wanted = { path: flags.file_content_in_loop, stops: flags.break_on_expected_content };
    if (!(await watch(process, wanted, flags.retry_time * 1000))) hasFailed = true;
  }
  return hasFailed ? 1 : 0;
};

async function contentOf(process: Process, path: string): Promise<string> {
  const file = process.open(path, { read: true }).retain();
  try {
    return (await readAll(process, file)).toString('latin1');
  } finally {
    file.release();
  }
}

async function show(process: Process, path: string): Promise<void> {
  await process.print(`content of file ${quoted(path)}: ${await contentOf(process, path)}\n`);
}

async function writeNew(process: Process, path: string, mode: number): Promise<void> {
  const file = process.open(path, { write: true, truncate: true, create: mode }).retain();
  try {
    await process.writeTo(file, CONTENT);
  } finally {
    file.release();
  }
}

/** Reads again and again. @returns whether it could be read the last time */
async function watch(
  process: Process,
  { path, stops }: { readonly path: string; readonly stops: boolean },
  forMs: number,
): Promise<boolean> {
  const { clock } = process.machine;
  const startedMs = clock.now();
  let isRead = true;
  for (; clock.now() - startedMs < forMs; await process.sleep(RETRY_MS)) {
    try {
      const text = await contentOf(process, path);
      isRead = true;
      await process.print(`content of file ${quoted(path)}: ${text}\n`);
      if (stops && text === CONTENT) return true;
      if (stops) await process.print(`Unexpected content. Expected: ${CONTENT}. Retrying\n`);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      isRead = false;
      await process.print(`Error reading file ${path}: open ${path}: ${goError(error.message)}, retrying\n`);
    }
  }
  return isRead;
}
