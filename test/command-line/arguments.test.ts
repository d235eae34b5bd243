import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

/** No cluster runs here: what is wrong is found before one is asked. */
it.each([
  ['clusters create x --idle-timeout 5', /'--idle-timeout <duration>' argument '5'.* a duration such as 5m/],
  ['clock set tomorrow', /'tomorrow' is invalid for argument 'time'\. it has to be a time such as 2026-01-01T/],
  ['clock set 1812-01-01T00:00:00Z', /a time such as 2026-01-01T00:00:00Z, from 1970 to 9999/],
  ['clock speed 0', /'0' is invalid for argument 'times'\. it has to be a number/],
  ['clock advance soon', /'soon' is invalid for argument 'duration'/],
  ['clock advance -5m', /^error: unknown option '-5m'\n\(time passes forwards only; fauxkube clock set .*\)\n$/],
  ['requests --since yesterday', /'--since <mark-or-time>' argument 'yesterday'.* a mark, or a time such as/],
  ['lint --since yesterday', /'--since <mark-or-time>' argument 'yesterday'/],
  ['requests --limit -1', /'--limit <count>' argument '-1'.* a whole number from 1 to 10000/],
  ['requests --wait --timeout 601', /'--timeout <seconds>' argument '601'.* from 1 to 600/],
  ['requests level verbose', /'verbose' is invalid for argument 'level'\. Allowed choices are none, metadata, request/],
  ['requests --count 2', /^error: --count goes with --wait/],
  ['requests --timeout 2', /^error: --timeout goes with --wait/],
  ['requests --wait --limit 2', /^error: --limit cannot be had with --wait/],
  ['requests --wait --since 2026-11-26T20:00:00Z', /^error: --wait takes a mark as --since/],
  ['settle --timeout 0', /'--timeout <duration>' argument '0'.* it has to be more than 0s/],
  ['settle --timeout 2h', /no more than 3600 s/],
  ['wait --url nowhere', /it has to be a URL/],
  ['start --kubernetes-version 1.29', /^fauxkube: --kubernetes-version has to be one of 1\.30.*is "1\.29"\n$/],
  ['start --freeze-clock tomorrow', /^fauxkube: --freeze-clock has to be a time such as/],
  ['start --upstreams :x', /^fauxkube: --upstreams: ":x" is no server/],
  ['start --nodes 3 sh -c true', /^error: unknown option '-c'\n\(put -- before a command that is to be run beside/],
  ['start --prot 1', /^error: unknown option '--prot'\n\(Did you mean --port\?\)\n$/],
])('fauxkube %s: code 2, and the words of the flag', async (command, text) => {
  const { code, stdout, stderr } = await cli.run(command.split(' '));
  expect(stderr).toMatch(text);
  expect([code, stdout]).toEqual([2, '']);
});
