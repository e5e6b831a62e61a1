import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../stack-error';
import { verifyComposeFile } from './compose-file/verify-compose-file';
import { verifyCompose } from './compose/verify-compose';
import { verifyImage } from './image/verify-image';
import { verifyManifests } from './manifests/verify-manifests';
import type { PartContext, PartName, PartReport, VerifyPart } from './part';

/** The cheap ones first: who planted a mistake need not wait for an image. */
const parts: Record<PartName, VerifyPart> = {
  'compose-file': verifyComposeFile,
  manifests: verifyManifests,
  image: verifyImage,
  compose: verifyCompose,
};

/** Runs the wanted parts one after the other; each writes below a directory of its own. */
export async function verifyDeploy(
  wanted: readonly PartName[],
  context: PartContext,
): Promise<readonly PartReport[]> {
  const reports: PartReport[] = [];
  for (const [name, verify] of Object.entries(parts) as [PartName, VerifyPart][]) {
    if (!wanted.includes(name)) continue;
    context.signal.throwIfAborted();
    const directory = join(context.directory, name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const say = (line: string) => {
      context.say(`${name}: ${line}`);
    };
    say('begins');
    reports.push(await report(name, verify, { ...context, directory, say }));
  }
  return reports;
}

/** A part that cannot go on has found something too, and the others are told all the same. */
async function report(
  part: PartName,
  verify: VerifyPart,
  context: PartContext,
): Promise<PartReport> {
  try {
    return await verify(context);
  } catch (error) {
    if (context.signal.aborted || !(error instanceof StackError)) throw error;
    return {
      part,
      facts: [],
      findings: [{ check: 'finished', where: part, problem: error.message }],
    };
  }
}
