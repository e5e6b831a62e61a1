import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { demoLines } from './demo-lines';
import { runDemoSteps } from './demo-steps';
import { releaseLease, takeLease } from './leases';
import { runMain } from './run-main';
import { sampleVideo } from './sample-video';
import { inboxUrl } from './servers/inbox';
import { bringUp, takeDown } from './stack';
import { stackAddresses } from './stack-addresses';
import type { StackConfig } from './stack-config';
import { StackError } from './stack-error';
import { stackConfigToStart } from './stack-record';
import { startLine } from './start-lines';
import { withStateLock } from './state-lock';

const command = new Command('npm run demo --')
  .exitOverride()
  .description(
    'Starts the stack where it is not up yet, sends a video through it and shows what becomes of it. Stays up until Ctrl-C; a stack that was up before stays up.',
  )
  .option('--video <file>', 'convert this file instead of a made-up sample')
  .option('--exit', 'stop by itself; exit code 0 only if all of it held', false)
  .addHelpText('after', '\nEnvironment: LOCAL_PORT_BASE, LOCAL_STATE_DIRECTORY; see npm run up.');

runMain(async () => {
  const options = command.parse().opts<{ video?: string; exit: boolean }>();
  // npm runs us in the checkout; INIT_CWD is where the person is.
  const video = options.video && resolve(process.env['INIT_CWD'] ?? process.cwd(), options.video);
  if (video) requireReadable(video);
  const config = stackConfigToStart(process.env, 'local');
  const interruption = interruptedBySignal();
  let exitCode = 0;
  try {
    await demonstrate(config, video, interruption.signal);
    if (!options.exit) {
      console.log('It stays up. Stop it with Ctrl-C.');
      await aborted(interruption.signal);
    }
  } catch (error) {
    // Interrupting a demo that is under way is no failure of it, and no success.
    if (interruption.signal.aborted) exitCode = 130;
    else {
      console.error(error instanceof StackError ? error.message : error);
      exitCode = 1;
    }
  }
  await leave(config);
  return exitCode;
});

async function demonstrate(
  config: StackConfig,
  video: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  await withStateLock(config.stateDirectory, async () => {
    takeLease(config.stateDirectory, process.pid);
    await bringUp(config, {
      signal,
      listener: (daemon, result, elapsedMs) => {
        console.log(startLine(daemon, result, elapsedMs));
      },
    });
  });
  const path = video ?? (await sampleVideo(config));
  const result = await runDemoSteps(config, path, signal);
  console.log();
  for (const line of demoLines(result)) console.log(line);
  console.log();
  for (const line of stackAddresses(config, false)) console.log(line);
  console.log(`This mail      ${inboxUrl(config)}/mails/${result.mail.id}/page\n`);
  for (const line of result.mail.text.trimEnd().split('\n')) console.log(`  > ${line}`);
  console.log();
}

/** Stops the stack unless somebody else uses it, or wants it to stay (npm run up). */
async function leave(config: StackConfig): Promise<void> {
  await withStateLock(config.stateDirectory, async () => {
    if (releaseLease(config.stateDirectory, process.pid)) {
      console.log('The stack was up before and stays up (npm run down stops it).');
      return;
    }
    console.log('Stopping what was started …');
    await takeDown(config);
  });
}

/** Ctrl-C, a closed terminal or a polite kill; more of them while we stop change nothing. */
function interruptedBySignal(): AbortController {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      controller.abort(new StackError('interrupted'));
    });
  }
  return controller;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    // Nothing else keeps the process alive while it waits.
    const alive = setInterval(() => undefined, 1 << 30);
    const end = (): void => {
      clearInterval(alive);
      done();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function requireReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new StackError(`cannot read the video ${path}`);
  }
}
