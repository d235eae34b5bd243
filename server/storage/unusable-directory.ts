const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'it is a file, or below one',
  EEXIST: 'it is a file',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENOENT: 'it is not there and cannot be made',
};

/** What an error of the system says about a disk, in words; undefined for those that say something else. */
export const reasonOf = (code = ''): string | undefined => REASONS[code];

/**
 * What whoever starts a server can do about a data directory that the system does not let it use. Other errors stay as
 * they are.
 *
 * @example
 * throw unusableDirectory('/data', error); // /data cannot keep the cluster: its file system is read-only (EROFS …)
 */
export function unusableDirectory(directory: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = reasonOf(code);
  if (reason === undefined) return error;
  const advice = code === 'ENOSPC' || code === 'EDQUOT' ? 'make room, or choose' : 'choose';
  return new Error(`${directory} cannot keep the cluster: ${reason} (${message}): ${advice} another data directory`, {
    cause: error,
  });
}
