#!/usr/bin/env node
// Becomes dist/cli.js: tells V8 how a process that is nothing but a server will be used, and runs the command line.
//
// The space of young objects grows to its full size (16 MB) in one step as soon as it has to grow at all. In small
// steps it is collected so often that objects of requests under way, and those of the start, are taken for old ones:
// docs/decisions/0008-engine-options.md. A process that embeds a cluster is somebody else's and keeps its options.
//
// V8 only accepts a code cache while its options are those that the cache was made with. So the option is set when the
// bundle is read, and the modules of Node that a start needs, which have caches of their own, come before it.
for (const name of ['assert', 'child_process', 'cluster', 'dns', 'https', 'os', 'perf_hooks', 'zlib'])
  require(`node:${name}`);
const { setFlagsFromString } = require('node:v8');
const { loadBundle } = require('./bundle-loader.cjs');

/** Most clients take that long to begin; who is sooner reads the rest of the bundle itself. */
const REST_AFTER_MS = 100;

const setGrowth = (factor) => setFlagsFromString(`--semi-space-growth-factor=${factor}`);
const bundle = loadBundle(() => setGrowth(16));
const { compileBySpentTime, runCommandLine } = bundle.exports;
// Not in the command line itself: the build makes the code cache with that, and V8's options would be part of it.
const { asV8Would } = compileBySpentTime();
bundle.readWithin = (read) => {
  setGrowth(2);
  const script = asV8Would(read);
  setGrowth(16);
  return script;
};
void runCommandLine(process.argv).then(() => setTimeout(bundle.loadRest, REST_AFTER_MS).unref());
