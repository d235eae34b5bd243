import { built, type Program } from '../runner/program.ts';
import { versionInRequirements } from '../runner/versions.ts';

const PYTHON = 'test/clients/python';

/** Programs of one virtual environment, with the library that they are about. */
const program = (name: string, client: string, does: string): Program => ({
  name: `python/${name}`,
  client,
  version: versionInRequirements(`${PYTHON}/requirements.txt`, client),
  does,
  folder: PYTHON,
  build: [
    ['python3', '-m', 'venv', built('python')],
    [built('python/bin/pip'), 'install', '-q', '--disable-pip-version-check', '-r', 'requirements.txt'],
  ],
  run: [built('python/bin/python'), `${name}.py`],
});

export const PYTHON_PROGRAMS: readonly Program[] = [
  program('pods', 'kubernetes', 'logs, exec, attach and port-forward'),
];
