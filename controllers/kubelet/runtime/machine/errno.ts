/** Why the simulated kernel refuses something, in the words of the C library that busybox prints. */
const TEXTS = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EINTR: 'Interrupted system call',
  E2BIG: 'Argument list too long',
  ENOEXEC: 'Exec format error',
  EBADF: 'Bad file descriptor',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EXDEV: 'Invalid cross-device link',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  EMFILE: 'Too many open files',
  ENOTTY: 'Inappropriate ioctl for device',
  ENOSPC: 'No space left on device',
  ESPIPE: 'Illegal seek',
  EROFS: 'Read-only file system',
  EPIPE: 'Broken pipe',
  ENAMETOOLONG: 'File name too long',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  EMSGSIZE: 'Message too large',
  EADDRINUSE: 'Address in use',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ETIMEDOUT: 'Connection timed out',
} as const;

/** The name of an error of the simulated kernel. */
export type Errno = keyof typeof TEXTS;

/** A call to the simulated kernel that failed. Its message is what `strerror` says. */
export class SystemError extends Error {
  readonly code: Errno;

  constructor(code: Errno) {
    // Programs that look for files make thousands in a second: where in our code one began is nothing to anybody.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(TEXTS[code]);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
  }
}

/** What to print about an error: whatever is not the kernel's goes on. */
export function errorText(error: unknown): string {
  if (error instanceof SystemError) return error.message;
  throw error;
}
