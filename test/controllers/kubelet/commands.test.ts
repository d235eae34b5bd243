import { expect, test } from 'vitest';
import { endOfCommand } from '../../../controllers/kubelet/runtime/script.ts';

const sh = (script: string): string[] => ['sh', '-c', script];

test.each([
  [['true'], 0, 0],
  [['/bin/false'], 1, 0],
  [['sleep', '2'], 0, 2000],
  [['sleep', '1m', '.5'], 0, 60_500],
  [['sleep', 'infinity'], 0, Number.POSITIVE_INFINITY],
  [sh('exit 3'), 3, 0],
  [sh('exit 256'), 0, 0],
  [sh('false; exit'), 1, 0],
  [['/bin/bash', '-ec', 'false; exit 3'], 1, 0],
  [sh('set -e; false || true; false; exit 3'), 1, 0],
  [sh('sleep 5 && exit 42'), 42, 5000],
  [sh('false && exit 1; true'), 0, 0],
  [sh('true || exit 1'), 0, 0],
  [sh('true "no; way" && exit 7'), 7, 0],
  [sh('sleep 1\nsleep 1'), 0, 2000],
] as const)('%j ends with %i after %i ms', (command, exitCode, afterMs) => {
  expect(endOfCommand([...command])).toEqual({ exitCode, afterMs });
});

test.each([
  [['nginx', '-g', 'daemon off;']],
  [sh('exit $CODE')],
  [sh('curl -f http://web || exit 1')],
  [sh('while true; do sleep 1; done')],
  [sh('trap "exit 0" TERM; sleep 100')],
  [['sleep', 'well']],
  [['echo', 'hello']],
  [sh('echo hello; exit 3')],
  [['sh']],
  [[]],
])('what %j does is not known', (command) => {
  expect(endOfCommand(command)).toBeUndefined();
});
