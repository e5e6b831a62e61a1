import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemPath } from '../../servers/system-path';
import { findPrograms } from './find-programs';
import { findTool, type Tool } from './find-tool';

const compose: Tool = {
  name: 'docker-compose',
  // One service may build what others run, `--wait` knows of services that end, profiles have `*`.
  least: [2, 20],
  versionArguments: ['version', '--short'],
  debianPackage: 'docker-compose',
  programInPackage: 'usr/libexec/docker/cli-plugins/docker-compose',
  install: 'install docker compose 2.20 or newer (docs.docker.com/compose/install)',
};

/** Where `docker` looks for its plugins; such a plugin runs by itself as well. */
const pluginDirectories = [
  join(homedir(), '.docker/cli-plugins'),
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

/**
 * Path of a program to be called as `docker-compose …`: the machine's, be it a command or a plugin
 * of docker, else Debian's. `config` needs no daemon.
 *
 * @throws StackError with what to install where neither is to be had
 */
export function findCompose(libraryDirectory: string, searchPath = systemPath): Promise<string> {
  const path = [searchPath, ...pluginDirectories].join(':');
  return findTool(compose, findPrograms(path, compose.name), libraryDirectory);
}
