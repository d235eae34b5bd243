/**
 * What one container may use. They are far above what tests and charts need, and low enough that a hostile command
 * holds neither the event loop nor the memory of the process.
 */
export interface MachineLimits {
  /** Of all files that a container wrote itself, and of each volume. */
  readonly fileBytes: number;
  /** Files, directories and links of a container, and of each volume. */
  readonly inodes: number;
  readonly pathLength: number;
  readonly nameLength: number;
  /** Links that one path may lead through. */
  readonly links: number;
  readonly processes: number;
  /** Of one process. */
  readonly openFiles: number;
  readonly pipeBytes: number;
  /** Of one datagram: what UDP over IPv4 carries. */
  readonly datagramBytes: number;
  /** Datagrams that wait at a socket until somebody reads them: others are lost. */
  readonly datagramsBytes: number;
  /** Steps of a container without a moment in which all of its processes wait: beyond this they are killed. */
  readonly stepsWithoutRest: number;
  /** Of one value, word, line or result of a command. */
  readonly textLength: number;
  /** Of all variables of a shell, and of the words of one command. */
  readonly textsLength: number;
  /** Functions, `eval`s and `.` inside each other. */
  readonly callDepth: number;
  readonly scriptLength: number;
  /** Whatever a program has to know as a whole: `sort`, `tail`, an archive. */
  readonly programBytes: number;
  /** What a run of a container has written and can still be read: older lines go first. */
  readonly logBytes: number;
}

/** How many steps count as a second of one processor, for whoever measures. */
export const STEPS_PER_SECOND = 5_000_000;
/** What a process counts for, for whoever measures. */
export const PROCESS_BYTES = 1024 * 1024;

export const MACHINE_LIMITS: MachineLimits = {
  fileBytes: 64 * 1024 * 1024,
  inodes: 20_000,
  pathLength: 4096,
  nameLength: 255,
  links: 40,
  processes: 256,
  openFiles: 256,
  pipeBytes: 64 * 1024,
  datagramBytes: 65_507,
  datagramsBytes: 208 * 1024,
  stepsWithoutRest: 20_000_000,
  textLength: 1024 * 1024,
  textsLength: 4 * 1024 * 1024,
  callDepth: 1000,
  scriptLength: 1024 * 1024,
  programBytes: 16 * 1024 * 1024,
  logBytes: 1024 * 1024,
};
