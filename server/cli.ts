#!/usr/bin/env node
import { tuneEngine } from './command-line/engine-options.ts';
import { runCommandLine } from './command-line/main.ts';

await runCommandLine(process.argv);
tuneEngine();
