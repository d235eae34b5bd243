import { resolve } from 'node:path';

/** A command and its arguments, run in the folder of its program. */
export type Command = readonly [command: string, ...args: string[]];

/**
 * A program of users: ordinary code with ordinary dependencies, which knows nothing of fauxkube. It prints a line for
 * each thing that it has tried, `ok WHAT` or `not ok WHAT: WHY`, and is told by its environment:
 *
 * - `KUBECONFIG`: the kubeconfig, which has its namespace in its context;
 * - `NAMESPACE`: its namespace, which there is and where nobody else works;
 * - `SCOPE`: `cluster` when it runs as an administrator, `namespace` when it may do in its namespace what the
 *   ClusterRole `admin` allows, and besides only what its {@link needs} give it.
 *
 * @example
 * { name: 'go/typed', client: 'client-go', version: versionInGoMod('test/clients/go/client-go', 'k8s.io/client-go'),
 *   does: 'typed clientset', folder: 'test/clients/go/client-go', build: [['go', 'build', './typed']],
 *   run: ['./typed'] }
 */
export interface Program {
  /** Its language and its own name: `go/typed`; `npm run test:clients -- go` and `-- go/typed` run it. */
  readonly name: string;
  /** The library or tool, as its users call it. */
  readonly client: string;
  /** Of that library, as the program's own package file pins it. */
  readonly version: string;
  /** What of the library is used, for the table: a few words. */
  readonly does: string;
  /** Where it lies and where its commands run, from the root of the repository. */
  readonly folder: string;
  /** Run one after the other before it; a command that another program of the same folder has run is not repeated. */
  readonly build: readonly Command[];
  readonly run: Command;
  /** Manifest in its folder that the administrator applies before it runs: CRDs, Roles; `${NAMESPACE}` is replaced. */
  readonly needs?: string;
  /** Flags of `fauxkube start` that it cannot do without; the table has them. */
  readonly flags?: readonly string[];
  /** What it is told besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Why it is not run a second time, with a prefix and as a user of a namespace: for a program that cannot be. */
  readonly onlyCluster?: string;
  /** What this machine lacks that no build brings, for the table: such a program is not run, and has not failed. */
  readonly missing?: string;
}

/** Where programs are built: nothing of it lies in the repository. */
export const built = (...names: string[]): string => resolve('node_modules/.cache/client-programs', ...names);
