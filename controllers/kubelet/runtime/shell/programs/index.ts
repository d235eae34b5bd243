import { baseFiles, buildImage } from '../../machine/image.ts';
import type { ImageDirectory } from '../../machine/inode.ts';
import type { Program, ProgramTable } from '../../machine/program.ts';
import * as cats from './cat.ts';
import * as prints from './print.ts';
import * as processes from './processes.ts';
import { sh } from './sh.ts';
import { bracket, test } from './test.ts';

const table: Readonly<Record<string, Program>> = {
  ash: sh,
  bash: sh,
  cat: cats.cat,
  clear: prints.clear,
  dash: sh,
  echo: prints.echo,
  false: () => 1,
  head: cats.head,
  kill: processes.kill,
  nohup: processes.nohup,
  pidof: processes.pidof,
  printf: prints.printf,
  ps: processes.ps,
  rev: cats.rev,
  seq: prints.seq,
  setsid: processes.setsid,
  sh,
  sleep: processes.sleep,
  sync: () => 0,
  tac: cats.tac,
  tail: cats.tail,
  tee: cats.tee,
  test,
  time: processes.time,
  timeout: processes.timeout,
  top: processes.top,
  true: () => 0,
  usleep: processes.usleep,
  wc: cats.wc,
  yes: prints.yes,
  '[': bracket,
};

/** All programs, by name. */
export const programs: ProgramTable = new Map(Object.entries(table));

let image: ImageDirectory | undefined;

/** The files of a container whose image nobody described: shared by all of them. */
export function standardImage(): ImageDirectory {
  image ??= buildImage(baseFiles(programs.keys()));
  return image;
}
