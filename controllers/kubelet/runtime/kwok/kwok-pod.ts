/** What objects of kwok say of one pod: https://kwok.sigs.k8s.io/docs/user/configuration/ */
import { type KwokKind, type KwokObjects, kwokEntry } from '../../../../server/kube/kwok-objects.ts';
import type { Key } from '../../../../server/kube/object.ts';

/** In which surroundings commands are executed. */
export interface LocalExec {
  readonly workDir?: string;
  readonly envs?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext?: { readonly runAsUser?: number; readonly runAsGroup?: number };
}

/** Where connections to a port go. */
export interface Forward {
  readonly ports?: readonly number[];
  readonly command?: readonly string[];
  readonly target?: { readonly port: number; readonly address: string };
}

interface OfContainers {
  readonly containers?: readonly string[];
}
interface ExecEntry extends OfContainers {
  readonly local?: LocalExec;
}
interface LogEntry extends OfContainers {
  readonly logsFile?: string;
  readonly previousLogsFile?: string;
}

const EXECS: KwokKind = { own: 'execs', cluster: 'clusterexecs', field: 'execs' };
const LOGS: KwokKind = { own: 'logs', cluster: 'clusterlogs', field: 'logs' };
const ATTACHES: KwokKind = { own: 'attaches', cluster: 'clusterattaches', field: 'attaches' };
const FORWARDS: KwokKind = { own: 'portforwards', cluster: 'clusterportforwards', field: 'forwards' };

const containersOf = ({ containers }: OfContainers): readonly string[] | undefined => containers;

/** Looked up when somebody asks: objects may come and go at any time. */
export class KwokPod {
  readonly #objects: KwokObjects;
  readonly #key: Key;

  constructor(objects: KwokObjects, key: Key) {
    this.#objects = objects;
    this.#key = key;
  }

  #entry<T extends OfContainers>(kind: KwokKind, container: string): T | undefined {
    return kwokEntry<T, string>(this.#objects, kind, this.#key, container, containersOf);
  }

  exec(container: string): LocalExec | undefined {
    return this.#entry<ExecEntry>(EXECS, container)?.local;
  }

  /** The file that stands for the log of the present run, or of the one before. */
  logsFile(container: string, previous: boolean): string | undefined {
    const entry = this.#entry<LogEntry>(LOGS, container);
    return (previous ? entry?.previousLogsFile : entry?.logsFile) || undefined;
  }

  /** The file that is read by whoever attaches. */
  attachFile(container: string): string | undefined {
    return this.#entry<LogEntry>(ATTACHES, container)?.logsFile || undefined;
  }

  forward(port: number): Forward | undefined {
    return kwokEntry<Forward, number>(this.#objects, FORWARDS, this.#key, port, ({ ports }) => ports);
  }
}
