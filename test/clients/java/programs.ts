import { join } from 'node:path';
import { built, type Program } from '../runner/program.ts';
import { versionInPom } from '../runner/versions.ts';

const JAVA = 'test/clients/java';

interface Library {
  readonly client: string;
  /** The module that depends on it. */
  readonly module: string;
  readonly artifact: string;
  /** The module with the tests, if it is another one. */
  readonly tests?: string;
}

/** Tests of packages below `clients`. */
const program = (
  name: string,
  { client, module, artifact, tests = module }: Library,
  packages: readonly string[],
  does: string,
  needs?: string,
): Program => ({
  name: `java/${name}`,
  client,
  version: versionInPom(join(JAVA, module, 'pom.xml'), artifact),
  does,
  folder: JAVA,
  build: [['mvn', '-q', '-B', 'package', '-DskipTests', `-DbuildDirectory=${built('java')}`]],
  run: [
    'java',
    '-cp',
    `${built('java', tests, 'test-classes')}:${built('java', module, 'dependency')}/*`,
    'clients.launcher.Main',
    ...packages.map((one) => `clients.${one}`),
  ],
  ...(needs !== undefined && { needs: `${module}/${needs}` }),
});

const FABRIC8: Library = { client: 'fabric8', module: 'fabric8', artifact: 'kubernetes-client' };
const CLIENT_JAVA: Library = { client: 'client-java', module: 'client-java', artifact: 'client-java' };
/** Its newest version; that of client-java is newer. */
const EXTENDED: Library = {
  client: 'client-java-extended',
  module: 'client-java-extended',
  artifact: 'client-java-extended',
};
const OPERATOR_SDK: Library = {
  client: 'Java Operator SDK',
  module: 'java-operator-sdk',
  artifact: 'operator-framework',
};

/** The same tests over another HTTP client. */
const fabric8Over = (http: string, name: string): Program =>
  program(
    `fabric8-${http}`,
    { client: `fabric8 over ${name}`, module: `fabric8-${http}`, artifact: 'kubernetes-client', tests: 'fabric8' },
    ['fabric8.pods', 'fabric8.informers'],
    'pods and informers once more',
  );

const TYPED = 'typed DSL: writes, lists, watches, rollouts, deletions, access';
const GENERIC = 'resources without a class, custom resources with one, CRDs';
const INFORMERS = 'informers: events, indexers, pages, cut connections, resyncs';
const API = 'typed, generic, dynamic and protobuf clients; apply, watches, informers, YAML';
const OPERATOR = 'an operator: dependents, event sources, finalizer, status, leader election';

export const JAVA_PROGRAMS: readonly Program[] = [
  program('fabric8-typed', FABRIC8, ['fabric8.typed'], TYPED),
  program('fabric8-generic', FABRIC8, ['fabric8.generic'], GENERIC, 'needs.yaml'),
  program('fabric8-informers', FABRIC8, ['fabric8.informers'], INFORMERS),
  program('fabric8-leader-election', FABRIC8, ['fabric8.leaderelection'], 'leader election over leases'),
  program('fabric8-pods', FABRIC8, ['fabric8.pods'], 'logs, exec, attach, copies and port-forward of pods'),
  fabric8Over('jdk', "the JDK's HTTP client"),
  fabric8Over('okhttp', 'OkHttp'),
  program('client-java', CLIENT_JAVA, ['clientjava.api'], API, 'needs.yaml'),
  program('client-java-pods', CLIENT_JAVA, ['clientjava.pods'], 'logs, exec, attach, copies, port-forward, eviction'),
  program(
    'client-java-extended',
    EXTENDED,
    ['clientjavaextended'],
    'its kubectl, leader election, controllers, events',
  ),
  program('java-operator-sdk', OPERATOR_SDK, ['operatorsdk'], OPERATOR, 'needs.yaml'),
];
