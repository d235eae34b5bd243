#!/usr/bin/env node
// Becomes dist/cli.js: tells V8 how a process that is nothing but a server will be used, and runs the command line.
//
// The space of young objects grows to its full size (16 MB) in one step as soon as it has to grow at all. In small
// steps it is collected so often that objects of requests under way, and those of the start, are taken for old ones:
// docs/decisions/0008-engine-options.md. A process that embeds a cluster is somebody else's and keeps its options.
//
// V8 only accepts a code cache while its options are those that the cache was made with. So the option is set when the
// bundle is read, and the modules of Node that a start needs, which have caches of their own, come before it.
import 'node:assert';
import 'node:async_hooks';
import 'node:child_process';
import 'node:cluster';
import 'node:crypto';
import 'node:diagnostics_channel';
import 'node:dns';
import 'node:fs/promises';
import 'node:http';
import 'node:https';
import 'node:net';
import 'node:os';
import 'node:perf_hooks';
import 'node:querystring';
import 'node:stream';
import 'node:string_decoder';
import 'node:timers/promises';
import 'node:tls';
import 'node:url';
import 'node:util';
import { setFlagsFromString } from 'node:v8';
import 'node:worker_threads';
import 'node:zlib';
import { loadBundle } from './bundle-loader.mjs';

const load = loadBundle(() => setFlagsFromString('--semi-space-growth-factor=16'));
const { compileBySpentTime, runCommandLine } = load.exports;
// Not in the command line itself: the build makes the code cache with that, and V8's options would be part of it.
compileBySpentTime();
await runCommandLine(process.argv);
