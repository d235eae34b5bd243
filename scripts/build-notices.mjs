// Collects the licences of the packages that are inside a bundle: whoever passes the bundle on has to pass them on too.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;

function noticeOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const files = readdirSync(directory).filter((file) => LICENSE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim());
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}

/** @param {Iterable<string>} inputs files or folders of packages, as esbuild's metafile names them */
export function noticesOf(inputs) {
  const directories = new Set();
  for (const input of inputs) {
    const directory = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (directory) directories.add(directory);
  }
  const rule = `\n${'-'.repeat(80)}\n\n`;
  const notices = [...directories].sort((a, b) => a.localeCompare(b)).map(noticeOf);
  return `Packages that are part of this bundle, and their licences.\n${rule}${notices.join(rule)}`;
}
