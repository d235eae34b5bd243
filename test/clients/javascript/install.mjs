// `node install.mjs FOLDER`: copies the programs there, and installs what they need unless that has been done before.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const wanted = readFileSync('package-lock.json', 'utf8');
const installed = join(folder, 'installed-lock.json');

function isInstalled() {
  try {
    return readFileSync(installed, 'utf8') === wanted;
  } catch {
    return false;
  }
}

mkdirSync(folder, { recursive: true });
cpSync('.', folder, { recursive: true });
if (!isInstalled()) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync('package-lock.json', installed);
}
