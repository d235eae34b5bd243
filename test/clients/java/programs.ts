import { built, type Program } from '../runner/program.ts';
import { versionInPom } from '../runner/versions.ts';

const JAVA = 'test/clients/java';

const program = (name: string, client: string, version: string, does: string, main: string): Program => ({
  name: `java/${name}`,
  client,
  version,
  does,
  folder: JAVA,
  build: [['mvn', '-q', '-B', 'package', `-DbuildDirectory=${built('java')}`]],
  run: ['java', '-cp', `${built('java/classes')}:${built('java/dependency')}/*`, main],
});

export const JAVA_PROGRAMS: readonly Program[] = [
  program(
    'pods',
    'client-java and fabric8',
    `${versionInPom(`${JAVA}/pom.xml`, 'client-java')} and ${versionInPom(`${JAVA}/pom.xml`, 'kubernetes-client')}`,
    'logs, exec, copies and port-forward of pods',
    'clients.Pods',
  ),
];
