import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

/** No cluster runs here: what is wrong is found before one is asked. */
it.each([
  [
    'clusters create x --idle-timeout 5',
    /^error: --idle-timeout has to be a duration such as 5m or 30s, and is '5'\n$/,
  ],
  [
    'clock set tomorrow',
    /^error: time has to be now, or a time such as 2026-01-01T00:00:00Z, .*, and is 'tomorrow'\n$/,
  ],
  ['clock set 1812-01-01T00:00:00Z', /a time such as 2026-01-01T00:00:00Z, from 1970 to 9999/],
  ['clock speed 0', /^error: times has to be a number above 0, .*, and is '0'\n$/],
  ['clock advance soon', /^error: duration has to be a duration such as 5m or 30s, and is 'soon'\n$/],
  ['clock advance -5m', /^error: unknown option '-5m'\n\(time passes forwards only; fauxkube clock set .*\)\n$/],
  ['requests --since yesterday', /^error: --since has to be a mark, or a time such as .*, and is 'yesterday'\n$/],
  ['lint --since yesterday', /^error: --since has to be a mark, or a time such as /],
  ['requests --limit -1', /^error: --limit has to be a whole number from 1 to 10000, and is '-1'\n$/],
  [
    'requests --wait --timeout 601',
    /^error: --timeout has to be more than 0s, and no more than 600 s, and is '601'\n$/,
  ],
  ['requests level verbose', /^error: level has to be one of none, metadata, request, and is 'verbose'\n$/],
  ['requests --count 2', /^error: --count goes with --wait/],
  ['requests --timeout 2', /^error: --timeout goes with --wait/],
  ['requests --wait --limit 2', /^error: --limit cannot be had with --wait/],
  ['requests --wait --since 2026-11-26T20:00:00Z', /^error: --wait takes a mark as --since/],
  ['settle --timeout soon', /has to be a duration such as 5m or 30s, or a number of seconds, and is 'soon'\n$/],
  ['wait --timeout 2d', /^error: --timeout has to be a duration such as 5m or 30s, or a number of seconds/],
  ['wait --timeout 25h', /^error: --timeout has to be no more than 86400 s, and is '25h'\n$/],
  ['settle --timeout 0', /^error: --timeout has to be more than 0s, .*, and is '0'\n$/],
  ['settle --timeout 2h', /no more than 3600 s/],
  ['wait --url nowhere', /^error: --url has to be a URL such as https:.*, and is 'nowhere'\n$/],
  ['start --kubernetes-version 1.29', /^fauxkube: --kubernetes-version has to be one of 1\.30.*is "1\.29"\n$/],
  ['start --freeze-clock tomorrow', /^fauxkube: --freeze-clock has to be a time such as/],
  ['start --upstreams :x', /^fauxkube: --upstreams: ":x" is no server/],
  ['start --nodes 3 sh -c true', /^error: unknown option '-c'\n\(put -- before a command that is to be run beside/],
  ['why web', /^error: kind\/name has to be KIND\/NAME, such as deployment\/web, and is 'web'\n$/],
  ['--port 0', /^error: unknown option '--port'\n\(--port is a flag of fauxkube start\)\n$/],
  ['--nodes=3', /^error: unknown option '--nodes=3'\n\(--nodes is a flag of fauxkube start\)\n$/],
  ['wait --nodes 3', /^error: unknown option '--nodes'\n\(--nodes is a flag of fauxkube start\)\n$/],
  ['--user jane', /\n\(--user is a flag of fauxkube kubeconfig, fauxkube requests, .* and others\)\n$/],
  ['--kubeconfig x', /\n\(--kubeconfig is a flag of fauxkube start, .* and others\)\n$/],
  ['--nonsense', /^error: unknown option '--nonsense'\n$/],
  ['start --prot 1', /^error: unknown option '--prot'\n\(Did you mean --port\?\)\n$/],
])('fauxkube %s: code 2, and the words of the flag', async (command, text) => {
  const { code, stdout, stderr } = await cli.run(command.split(' '));
  expect(stderr).toMatch(text);
  expect([code, stdout]).toEqual([2, '']);
});
