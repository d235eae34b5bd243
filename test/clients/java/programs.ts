import { join } from 'node:path';
import { built, type Program } from '../runner/program.ts';
import { versionInPom } from '../runner/versions.ts';

const JAVA = 'test/clients/java';

/** Tests of a package below `clients`, in a module that is named after its library. */
const program = (
  name: string,
  client: string,
  module: string,
  artifact: string,
  tests: string,
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
    `${built('java', module, 'test-classes')}:${built('java', module, 'dependency')}/*`,
    'clients.launcher.Main',
    `clients.${tests}`,
  ],
  ...(needs !== undefined && { needs }),
});

const fabric8 = (name: string, does: string, needs?: string): Program =>
  program(
    `fabric8-${name}`,
    'fabric8 kubernetes-client',
    'fabric8',
    'kubernetes-client',
    `fabric8.${name.replaceAll('-', '')}`,
    does,
    needs,
  );

export const JAVA_PROGRAMS: readonly Program[] = [
  fabric8('typed', 'typed DSL: writes, lists, watches, rollouts, deletions, access'),
  fabric8('generic', 'resources without a class, custom resources with one, CRDs', 'fabric8/needs.yaml'),
  fabric8('informers', 'informers: events, indexers, pages, cut connections, resyncs'),
  fabric8('leader-election', 'leader election over leases'),
  fabric8('pods', 'logs, exec, attach, copies and port-forward of pods'),
  program(
    'client-java',
    'client-java',
    'client-java',
    'client-java',
    'clientjava.api',
    'typed, generic, dynamic and protobuf clients; apply, watches, informers, YAML',
    'client-java/needs.yaml',
  ),
  program(
    'client-java-pods',
    'client-java',
    'client-java',
    'client-java',
    'clientjava.pods',
    'logs, exec, attach, copies, port-forward and eviction of pods',
  ),
  program(
    'client-java-extended',
    'client-java-extended',
    'client-java-extended',
    'client-java-extended',
    'clientjavaextended',
    'its kubectl, leader election, controllers and events',
  ),
  program(
    'java-operator-sdk',
    'Java Operator SDK',
    'java-operator-sdk',
    'operator-framework',
    'operatorsdk',
    'an operator: dependents, event sources, finalizer, status, leader election',
    'java-operator-sdk/needs.yaml',
  ),
];
