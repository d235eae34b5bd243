import type { ImageDirectory, ImageEntry } from './inode.ts';

/** An image's files, by absolute path. Directories come from the paths; those that end in `/` are empty ones. */
export type ImageFiles = Readonly<
  Record<
    string,
    | { readonly program: string; readonly mode?: number }
    | { readonly link: string }
    | { readonly text: string; mode?: number }
  >
>;

/** Begins the content of a file that is a program of ours: copying it copies the program. */
const PROGRAM_MARK = '\x7fELF\x02fauxkube ';

/** The name of the program that a file's first bytes say it is. */
export function programIn(head: string): string | undefined {
  if (!head.startsWith(PROGRAM_MARK)) return undefined;
  const end = head.indexOf('\n');
  return end < 0 ? undefined : head.slice(PROGRAM_MARK.length, end);
}

interface Growing {
  mode: number;
  readonly entries: Map<string, ImageEntry>;
}

const MODES: Readonly<Record<string, number>> = { tmp: 0o1777, root: 0o700 };

function entryOf(file: ImageFiles[string]): ImageEntry {
  if ('link' in file) return { kind: 'link', target: file.link };
  if ('program' in file)
    return { kind: 'file', mode: file.mode ?? 0o755, data: Buffer.from(`${PROGRAM_MARK}${file.program}\n`, 'latin1') };
  return { kind: 'file', mode: file.mode ?? 0o644, data: Buffer.from(file.text) };
}

/** Builds the tree that all containers of an image share. Later files replace earlier ones. */
export function buildImage(...layers: readonly ImageFiles[]): ImageDirectory {
  const root: Growing = { mode: 0o755, entries: new Map() };
  for (const layer of layers) {
    for (const [path, file] of Object.entries(layer)) {
      const names = path.split('/').filter(Boolean);
      const last = path.endsWith('/') ? undefined : names.pop();
      let directory = root;
      for (const name of names) {
        const known = directory.entries.get(name);
        if (known?.kind === 'directory') directory = known.directory as Growing;
        else {
          const made: Growing = { mode: MODES[name] ?? 0o755, entries: new Map() };
          directory.entries.set(name, { kind: 'directory', directory: made });
          directory = made;
        }
      }
      if (last !== undefined) directory.entries.set(last, entryOf(file));
    }
  }
  return root;
}

const DIRECTORIES = [
  '/bin/',
  '/dev/',
  '/etc/',
  '/home/',
  '/proc/',
  '/root/',
  '/run/',
  '/sbin/',
  '/sys/',
  '/tmp/',
  '/usr/bin/',
  '/usr/lib/',
  '/usr/local/bin/',
  '/usr/sbin/',
  '/usr/share/',
  '/var/lib/',
  '/var/log/',
  '/var/run/',
  '/var/tmp/',
];

const FILES: ImageFiles = {
  '/etc/passwd': {
    text:
      'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n' +
      'www-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  },
  '/etc/group': { text: 'root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnobody:x:65534:\n' },
  '/etc/nsswitch.conf': { text: 'hosts: files dns\n' },
  '/etc/os-release': { text: 'NAME="fauxkube"\nID=fauxkube\nPRETTY_NAME="fauxkube simulated container"\n' },
  '/etc/hostname': { text: 'localhost\n' },
  '/etc/hosts': { text: '127.0.0.1\tlocalhost\n::1\tlocalhost\n' },
  '/etc/resolv.conf': { text: '' },
};

/** The files of a small Linux with the given programs, in `/bin`. */
export function baseFiles(programs: Iterable<string>): ImageFiles {
  const files: Record<string, ImageFiles[string]> = { ...FILES };
  for (const path of DIRECTORIES) files[path] = { text: '' };
  for (const program of programs) files[`/bin/${program}`] = { program };
  return files;
}
