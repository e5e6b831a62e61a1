import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Daemon } from '../daemon/daemon';
import { secret, secretPath } from '../secrets';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { nodeProgram } from './node-program';
import { systemPath } from './system-path';

export const smtpUser = 'video-to-mp3';

/**
 * SMTP with STARTTLS and AUTH. The inbox' certificate is one it made for itself, which is all that
 * can be had on a loopback; hence the last part.
 */
export function smtpUrl(config: StackConfig): string {
  const password = secret(config.stateDirectory, 'smtp-app');
  return `smtp://${smtpUser}:${password}@127.0.0.1:${config.ports.smtp}/?tls.rejectUnauthorized=false`;
}

/** The inbox' page and API; ends without a slash. */
export function inboxUrl(config: StackConfig): string {
  return `http://127.0.0.1:${config.ports.inbox}`;
}

/** A mail server that delivers to a page instead of to people. */
export function createInbox(config: StackConfig): Daemon {
  const directory = join(config.stateDirectory, 'inbox');
  return {
    name: 'inbox',
    ports: [
      { label: 'SMTP', port: config.ports.smtp },
      { label: 'page', port: config.ports.inbox },
    ],
    readyDeadlineMs: 30_000,
    stopDeadlineMs: 5_000,
    replaceWhenChanged: false,
    build: '',
    prepare: () => {
      secret(config.stateDirectory, 'smtp-app');
      return Promise.resolve();
    },
    command: () => {
      const program = join(config.repositoryDirectory, 'dist/local/servers/inbox/inbox-main.js');
      if (!existsSync(program)) {
        throw new StackError(
          `${program} is missing: build it with "node local/bootstrap.mjs build"`,
        );
      }
      const options = {
        directory,
        'smtp-port': config.ports.smtp,
        'http-port': config.ports.inbox,
        user: smtpUser,
        'password-file': secretPath(config.stateDirectory, 'smtp-app'),
      };
      return Promise.resolve({
        file: nodeProgram(config),
        args: [program, ...Object.entries(options).flatMap(([key, v]) => [`--${key}`, String(v)])],
        environment: { PATH: systemPath, LANG: 'C.UTF-8' },
        directory: config.repositoryDirectory,
      });
    },
    probe: async () => {
      const response = await fetch(`${inboxUrl(config)}/behaviour`, {
        signal: AbortSignal.timeout(2_000),
      });
      if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
      const transport = createTransport(smtpUrl(config));
      try {
        await transport.verify();
      } finally {
        transport.close();
      }
    },
  };
}
