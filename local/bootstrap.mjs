// The first thing that runs on a fresh clone: `node local/bootstrap.mjs <entry> [arguments]`.
// It installs what is missing, builds, and hands over to the entry under Node 24. It runs on the
// machine's own Node, before any package is there, and so uses Node's standard library only.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stackEntries = ['up', 'demo', 'test', 'test-full', 'bench', 'chaos', 'verify-dashboards'];
/** They need our own code, and no server of ours. */
const commandEntries = ['build', 'users', 'queues', 'dead-letters', 'docs', 'verify-deploy'];
/** They look at what is there, and install nothing for it. */
const lookingEntries = ['down', 'status'];
const entries = [...stackEntries, ...lookingEntries, ...commandEntries];
const oldestNode = 20;
const oldestNpm = 8;
const useDocker = 'use Docker instead: docker compose up (see README.md, "With Docker")';

/** Told in its own words, without a stack trace. */
class Problem extends Error {}

async function main([entry, ...args]) {
  if (!entries.includes(entry)) {
    throw new Problem(`usage: node local/bootstrap.mjs <${entries.join('|')}> [arguments]`);
  }
  const program = join(root, 'dist/local', `${entry}-main.js`);
  if (lookingEntries.includes(entry) && !(existsSync(program) && existsSync(nodeProgram()))) {
    // Nothing can have been started here without them.
    console.log('nothing is running');
    process.exitCode = entry === 'status' ? 3 : 0;
    return;
  }
  if (!lookingEntries.includes(entry)) {
    requirePlatform();
    await withInstallLock(() => {
      installNpmPackages();
      if (stackEntries.includes(entry)) {
        installDebianPackages(programsFor(entry));
      }
      build();
    });
  }
  if (entry !== 'build') await handOver(program, args);
}

function requirePlatform() {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new Problem(
      `Node ${process.versions.node} is too old: expected ${oldestNode} or later; install a newer Node, or ${useDocker}`,
    );
  }
  if (process.platform !== 'linux') {
    throw new Problem(
      `the local stack runs on Debian only, this is ${process.platform}: ${useDocker}`,
    );
  }
}

function nodeProgram() {
  return join(root, 'node_modules/node/bin/node');
}

// --- npm ---------------------------------------------------------------------------------------

/** `npm ci` when node_modules is not what package-lock.json says; a stamp in it tells. */
function installNpmPackages() {
  const lockFile = join(root, 'package-lock.json');
  const stampFile = join(root, 'node_modules/.installed-from');
  const stamp = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (readIfThere(stampFile) === stamp && existsSync(nodeProgram())) return;
  // Installed by hand: npm's own record is newer than the lock file.
  const byHand = statSync(join(root, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  if (
    readIfThere(stampFile) === undefined &&
    byHand &&
    byHand.mtimeMs >= statSync(lockFile).mtimeMs &&
    existsSync(nodeProgram())
  ) {
    writeFileSync(stampFile, stamp);
    return;
  }
  const npm = npmCommand();
  const version = run([...npm, '--version']).output.trim();
  if (!(Number(version.split('.')[0]) >= oldestNpm)) {
    throw new Problem(
      `npm ${version || 'is missing or'} too old: expected ${oldestNpm} or later; install a newer Node with its npm, or ${useDocker}`,
    );
  }
  timed('npm packages', () => {
    // Without a network npm ci tries again for many minutes; this knows after a second.
    const ping = run([...npm, 'ping', '--fetch-retries=1', '--fetch-retry-mintimeout=500']);
    if (ping.status !== 0 && isNetworkProblem(ping.output)) throw noNetwork(ping.output);
    const { status, output } = run([...npm, 'ci', '--no-audit', '--no-fund'], { cwd: root });
    if (status === 0) return;
    if (isNetworkProblem(output)) throw noNetwork(output);
    const log = saveLog('npm.log', output);
    throw new Problem(`npm ci failed; see ${log}`);
  });
  writeFileSync(stampFile, stamp);
}

function isNetworkProblem(output) {
  return /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH/.test(
    output,
  );
}

function noNetwork(output) {
  const log = saveLog('npm.log', output);
  return new Problem(
    `no network: npm cannot reach its registry; connect this machine and start again (details in ${log})`,
  );
}

/** The npm that runs us where one does, else the one on the PATH. */
function npmCommand() {
  const path = process.env.npm_execpath;
  return path?.endsWith('npm-cli.js') ? [process.execPath, path] : ['npm'];
}

// --- Debian ------------------------------------------------------------------------------------

/** Which package brings which program that we look for. */
const debianPrograms = [
  ['ffmpeg', 'ffmpeg'],
  ['ffprobe', 'ffmpeg'],
  ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server'],
  ['mariadbd', 'mariadb-server-core'],
  // mariadb-install-db of the package above calls it, and does not depend on its package.
  ['my_print_defaults', 'mariadb-client-core'],
];
const monitoringPrograms = [
  ['prometheus', 'prometheus'],
  ['promtool', 'prometheus'],
  ['prometheus-alertmanager', 'prometheus-alertmanager'],
  ['amtool', 'prometheus-alertmanager'],
];
/** The tests walk the README's lines, which a reader types with curl, and look at the pages. */
const testPrograms = [
  ...debianPrograms,
  ...monitoringPrograms,
  ['curl', 'curl'],
  ['chromium', 'chromium'],
];

/** What an entry needs beside the servers and ffmpeg. */
function programsFor(entry) {
  if (entry.startsWith('test')) return testPrograms;
  if (entry === 'up' || entry.startsWith('verify')) {
    return [...debianPrograms, ...monitoringPrograms];
  }
  return debianPrograms;
}

function installDebianPackages(programs) {
  const missing = programs.filter(([program]) => !isThere(program));
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (packages.length === 0) return;
  const list = packages.join(' ');
  if (!isThere('apt-get')) {
    throw new Problem(
      `${list} is missing, and this machine has no apt-get to install it with: ${useDocker}`,
    );
  }
  const asRoot = rootCommand();
  if (asRoot === undefined) {
    throw new Problem(
      `${list} is missing, and installing needs root (or sudo without a password): run "apt-get install --no-install-recommends ${list}" as root once, or ${useDocker}`,
    );
  }
  timed(`Debian packages ${list}`, () => {
    const { status, output } = run([...asRoot, 'sh', '-c', installScript, 'install', ...packages]);
    if (status === 0) return;
    const log = saveLog('apt-get.log', output);
    if (
      /Could not resolve|Temporary failure resolving|Could not connect|Cannot initiate the connection|Connection failed|Network is unreachable|Connection timed out/.test(
        output,
      )
    ) {
      throw new Problem(
        `no network: apt-get cannot reach Debian's packages; connect this machine and start again (details in ${log})`,
      );
    }
    if (/Unable to locate package|has no installation candidate/.test(output)) {
      throw new Problem(
        `this machine's package sources lack some of ${list} (see ${log}): ${useDocker}`,
      );
    }
    throw new Problem(`apt-get cannot install ${list}; see ${log}`);
  });
  const still = programs.filter(([program]) => !isThere(program)).map(([program]) => program);
  if (still.length > 0) {
    throw new Problem(
      `${list} is installed, and ${still.join(', ')} is still missing: ${useDocker}`,
    );
  }
}

/**
 * Installs without starting or enabling the packages' own services: our servers are private
 * processes. policy-rc.d (invoke-rc.d(8)) says no while we install, unless the machine has a policy
 * of its own; units that became enabled by this are disabled again, on a machine that has no systemd
 * (yet) by removing their links. The package lists are fetched only when what is there does not do.
 */
const installScript = `
set -u
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
links() {
  find /etc/systemd/system -type l -path '*.wants/*' 2> /dev/null | sort
}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
install() {
  apt-get -y -q -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}
before=$(links)
install "$@" || { apt-get -q update && install "$@"; } || exit 1
links | while read -r link; do
  printf '%s\\n' "$before" | grep -qxF "$link" && continue
  unit=$(basename "$link")
  if [ -d /run/systemd/system ]; then systemctl --quiet disable --now "$unit"
  else rm -f "$link"; fi
done
exit 0
`;

/** How to become root without asking anybody; undefined when there is no way. */
function rootCommand() {
  if (process.getuid() === 0) return [];
  const sudo = ['sudo', '-n'];
  return isThere('sudo') && run([...sudo, 'true']).status === 0 ? sudo : undefined;
}

// --- TypeScript --------------------------------------------------------------------------------

/** Builds dist/ when a source has changed since; a stamp in it tells. */
function build() {
  const stampFile = join(root, 'dist/.sources');
  const stamp = sourcesStamp();
  if (readIfThere(stampFile) === stamp) return;
  timed('build', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const steps = [
      [tsc, '--project', 'tsconfig.json', '--incremental'],
      [join(root, 'gateway/pages/build.mjs')],
    ];
    for (const step of steps) {
      const { status, output } = run([nodeProgram(), ...step], { cwd: root });
      if (status !== 0) throw new Problem(`the build failed:\n${output.trim()}`);
    }
  });
  writeFileSync(stampFile, stamp);
}

/** Names, sizes and times of everything that goes into the build. */
function sourcesStamp() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  for (const name of new Set(include.map((pattern) => pattern.split('/')[0]))) {
    const folder = join(root, name);
    for (const file of readdirSync(folder, { recursive: true }).sort()) {
      if (/\.(ts|tsx|css|html|mjs)$/.test(file)) add(join(folder, file));
    }
  }
  add(join(root, 'tsconfig.json'));
  hash.update(readFileSync(join(root, 'package-lock.json')));
  return hash.digest('hex');
}

// --- hand over ---------------------------------------------------------------------------------

/** Runs the entry under Node 24; it gets our terminal and our signals, we take its exit code. */
function handOver(program, args) {
  if (!existsSync(program)) throw new Problem(`${program} does not exist`);
  const child = spawn(nodeProgram(), ['--enable-source-maps', program, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to both of us; the entry takes a second one for the same wish.
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
      resolve();
    });
  });
}

// --- small tools -------------------------------------------------------------------------------

/** One at a time: a test run and a demo may be started together on a fresh clone. */
async function withInstallLock(body) {
  const path = join(root, '.local/install.lock');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  while (!tryToLock(path)) await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    body();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryToLock(path) {
  try {
    const file = openSync(path, 'wx');
    writeFileSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = Number(readIfThere(path));
    // Its holder was killed. An empty file is one that is just being written.
    if (holder > 0 && !existsSync(`/proc/${holder}`)) rmSync(path, { force: true });
    return false;
  }
}

function timed(what, body) {
  const begin = performance.now();
  process.stderr.write(`${what} …\n`);
  body();
  process.stderr.write(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
}

function run([file, ...args], options = {}) {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  return { status, output: error ? String(error) : `${stdout}${stderr}` };
}

/** Whether a program is on the PATH, or in the places where Debian keeps servers. */
function isThere(program) {
  const paths = program.startsWith('/')
    ? [program]
    : `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':').map((folder) => join(folder, program));
  return paths.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function saveLog(name, text) {
  const path = join(root, '.local/logs', name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text);
  return `.local/logs/${name}`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exitCode = 1;
}
