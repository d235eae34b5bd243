#!/usr/bin/env node
import { runCommandLine } from './command-line/main.ts';

await runCommandLine(process.argv);
