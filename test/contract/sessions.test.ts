import { describe } from 'vitest';
import { COMMAND_PROTOCOLS } from './sessions/command-client.ts';
import { commands } from './sessions/commands.ts';
import { FORWARD_PROTOCOLS } from './sessions/forward-client.ts';
import { forwards } from './sessions/forwards.ts';

// The contract of the interface StreamSession: every protocol keeps all of it.
describe.each(COMMAND_PROTOCOLS)('commands over $name', (protocol) => commands(protocol));
describe.each(FORWARD_PROTOCOLS)('ports over $name', (protocol) => forwards(protocol));
