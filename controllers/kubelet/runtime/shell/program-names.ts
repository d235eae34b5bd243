/** The names of all programs, for whoever has to know them without loading them. */
export const PROGRAM_NAMES: ReadonlySet<string> = new Set(
  (
    '[ arch ash awk base64 basename bash cat chgrp chmod chown clear cp curl cut dash date dd df dig dirname ' +
    'dnsdomainname du echo egrep env expr false fgrep find fold free getent grep groups gunzip gzip hd head ' +
    'hexdump host hostname httpd id install ip kill ln ls md5sum mkdir mktemp mount mv nc nl nohup nproc ' +
    'nslookup od paste pause pidof printenv printf ps pwd readlink realpath rev rm rmdir sed seq setsid sh ' +
    'sha1sum sha256sum sha512sum sleep sort stat stty sync sysctl tac tail tar tee test time timeout top ' +
    'touch tr true truncate tty uname uniq unlink uptime usleep wc wget which whoami xargs xxd yes zcat'
  ).split(' '),
);
