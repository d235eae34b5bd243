import type { Subject } from './subjects/subject.ts';
import type { Target } from './target.ts';

/** One line of the table. */
export interface Row {
  readonly work: string;
  readonly unit: 'ms' | 's' | 'MB' | 'KB' | '/s' | 'µs' | '%';
  /** None for what is only shown. */
  readonly target?: Target;
}

/** Whose measurement it is. */
export type SubjectName = 'fauxkube' | 'floor';

/** Both sides of a comparison. */
export type Pair = Readonly<Record<SubjectName, Subject>>;

/** What a scenario measures with. */
export interface Bench {
  readonly rounds: number;
  /** Starts a server of the build. It ends with {@link Subject.end}, or with the run. */
  fauxkube(options?: FauxkubeOptions): Promise<Subject>;
  /** Starts the floor. */
  floor(): Promise<Subject>;
  /** Keeps one measurement; `undefined` means that this machine does not tell. */
  record(row: Row, of: SubjectName, value: number | undefined): void;
  /** Tells whoever waits what happens now. */
  progress(text: string): void;
}

export interface FauxkubeOptions {
  readonly nodes?: number;
  /** Threads that have its connections. */
  readonly workers?: number;
  /** Where everything is kept, instead of in memory: `etcd://127.0.0.1:2379`. */
  readonly storage?: string;
  /** A folder of objects that are there from the start. */
  readonly fixtures?: string;
  /** Keeps everything in a folder, which goes with the run. */
  readonly durable?: boolean;
  /** Lets {@link Subject.longestTurnMs} answer, at the price of a timer in the process. */
  readonly watchTurns?: boolean;
}

/** Some work, and the lines that it fills. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly rows: readonly Row[];
  /** Takes minutes: it runs when it is asked for. */
  readonly onlyByName?: boolean;
  run(bench: Bench): Promise<void>;
}
