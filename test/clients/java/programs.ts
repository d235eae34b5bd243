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
];
