import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Command, Daemon } from '../daemon/daemon';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { findProgram } from './find-program';
import { loaderForEngine } from './newer-glibc';
import { nodeProgram } from './node-program';
import { systemPath } from './system-path';

/** The stack's MongoDB; it asks for no password and listens on the loopback only. */
export function mongoUrl(config: StackConfig): string {
  return `mongodb://127.0.0.1:${config.ports.mongodb}/?directConnection=true`;
}

/**
 * A `mongod` where there is one on the PATH; otherwise the embedded engine behind a TCP front of
 * ours, because Debian has no MongoDB package. Their files differ, so each has its own directory.
 */
export function createMongodb(config: StackConfig): Daemon {
  const mongod = findProgram(config.executablePath, 'mongod');
  const directory = join(config.stateDirectory, mongod ? 'mongod' : 'mongodb');
  return {
    name: 'mongodb',
    ports: [{ label: 'MongoDB protocol', port: config.ports.mongodb }],
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 30_000,
    replaceWhenChanged: false,
    build: '',
    prepare: () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return Promise.resolve();
    },
    command: () =>
      mongod
        ? Promise.resolve(mongodCommand(config, mongod, directory))
        : engineCommand(config, directory),
    probe: async () => {
      const client = new MongoClient(mongoUrl(config), { serverSelectionTimeoutMS: 1_000 });
      try {
        await client.db('admin').command({ ping: 1 });
      } finally {
        await client.close();
      }
    },
  };
}

function mongodCommand(config: StackConfig, mongod: string, directory: string): Command {
  return {
    file: mongod,
    args: ['--dbpath', directory, '--bind_ip', '127.0.0.1', '--port', String(config.ports.mongodb)],
    environment: { PATH: systemPath, LANG: 'C.UTF-8', HOME: directory },
    directory: config.repositoryDirectory,
  };
}

async function engineCommand(config: StackConfig, directory: string): Promise<Command> {
  const front = join(config.repositoryDirectory, 'dist/local/servers/mongo-front/front-main.js');
  if (!existsSync(front)) {
    throw new StackError(`${front} is missing: build it with "node local/bootstrap.mjs build"`);
  }
  const node = nodeProgram(config);
  const args = [front, '--directory', directory, '--port', String(config.ports.mongodb)];
  const [loader, ...loaderArgs] = await loaderForEngine(config.libraryDirectory);
  return {
    file: loader ?? node,
    args: loader === undefined ? args : [...loaderArgs, node, ...args],
    environment: { PATH: systemPath, LANG: 'C.UTF-8' },
    directory: config.repositoryDirectory,
  };
}
