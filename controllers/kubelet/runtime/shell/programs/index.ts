import type { Program, ProgramTable } from '../../machine/program.ts';
import { awk } from './awk.ts';
import * as cats from './cat.ts';
import * as columns from './columns.ts';
import * as copies from './copy.ts';
import { curl } from './curl.ts';
import { date } from './date.ts';
import { dd } from './dd.ts';
import * as digests from './digest.ts';
import * as lookups from './dns-programs.ts';
import { expr } from './expr.ts';
import * as changes from './file-changes.ts';
import * as finds from './find.ts';
import { getent } from './getent.ts';
import * as greps from './grep.ts';
import { hexdump } from './hexdump.ts';
import * as hostnames from './hostname.ts';
import { httpd } from './httpd.ts';
import { ip } from './ip.ts';
import { ls } from './ls.ts';
import { nc } from './nc.ts';
import * as paths from './paths.ts';
import * as prints from './print.ts';
import * as processes from './processes.ts';
import { sed } from './sed.ts';
import { sh } from './sh.ts';
import { sort } from './sort.ts';
import { sysctl } from './sysctl.ts';
import * as systems from './system.ts';
import * as tars from './tar.ts';
import { bracket, test } from './test.ts';
import { wget } from './wget.ts';

const table: Readonly<Record<string, Program>> = {
  '[': bracket,
  arch: systems.arch,
  ash: sh,
  awk,
  base64: digests.base64,
  basename: paths.basename,
  bash: sh,
  cat: cats.cat,
  chgrp: changes.chgrp,
  chmod: changes.chmod,
  chown: changes.chown,
  clear: prints.clear,
  cp: copies.cp,
  curl,
  cut: columns.cut,
  dash: sh,
  date,
  dd,
  df: systems.df,
  dig: lookups.dig,
  dirname: paths.dirname,
  dnsdomainname: hostnames.dnsdomainname,
  du: systems.du,
  echo: prints.echo,
  egrep: greps.egrep,
  env: systems.env,
  expr,
  false: () => 1,
  fgrep: greps.fgrep,
  find: finds.find,
  fold: columns.fold,
  free: systems.free,
  getent,
  grep: greps.grep,
  groups: systems.groups,
  gunzip: tars.gunzip,
  gzip: tars.gzip,
  hd: hexdump,
  head: cats.head,
  hexdump,
  host: lookups.host,
  hostname: hostnames.hostname,
  httpd,
  id: systems.id,
  install: copies.install,
  ip,
  kill: processes.kill,
  ln: copies.ln,
  ls,
  md5sum: digests.md5sum,
  mkdir: changes.mkdir,
  mktemp: changes.mktemp,
  mount: systems.mount,
  mv: copies.mv,
  nc,
  nl: columns.nl,
  nohup: processes.nohup,
  nproc: systems.nproc,
  nslookup: lookups.nslookup,
  od: digests.od,
  paste: columns.paste,
  pause: systems.pause,
  pidof: processes.pidof,
  printenv: systems.printenv,
  printf: prints.printf,
  ps: processes.ps,
  pwd: paths.pwd,
  readlink: paths.readlink,
  realpath: paths.realpath,
  rev: cats.rev,
  rm: changes.rm,
  rmdir: changes.rmdir,
  sed,
  seq: prints.seq,
  setsid: processes.setsid,
  sh,
  sha1sum: digests.sha1sum,
  sha256sum: digests.sha256sum,
  sha512sum: digests.sha512sum,
  sleep: processes.sleep,
  sort,
  stat: paths.stat,
  stty: systems.stty,
  sync: () => 0,
  sysctl,
  tac: cats.tac,
  tail: cats.tail,
  tar: tars.tar,
  tee: cats.tee,
  test,
  time: processes.time,
  timeout: processes.timeout,
  top: processes.top,
  touch: changes.touch,
  tr: columns.tr,
  true: () => 0,
  truncate: changes.truncate,
  tty: systems.tty,
  uname: systems.uname,
  uniq: columns.uniq,
  unlink: changes.unlink,
  uptime: systems.uptime,
  usleep: processes.usleep,
  wc: cats.wc,
  wget,
  which: paths.which,
  whoami: systems.whoami,
  xargs: finds.xargs,
  xxd: digests.xxd,
  yes: prints.yes,
  zcat: tars.zcat,
};

/** All programs, by name. */
export const programs: ProgramTable = new Map(Object.entries(table));
