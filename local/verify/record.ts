import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryDirectory } from '../repository-directory';
import { readDashboard, type Dashboard } from './dashboards/dashboard';
import type { Recording } from './dashboards/recording';
import { drawDashboard } from './draw/draw-dashboard';

/** In the order of the README. */
export const dashboardUids = ['service', 'queues', 'workers', 'gateway-and-auth'] as const;

export interface Picture {
  /** From the top of the checkout. */
  readonly path: string;
  readonly bytes: number;
}

/** Where a run leaves what it recorded, its pictures, and on failure its logs. */
export const outputDirectory = '.local/verify';
/** Where the README's pictures are. */
export const documentationDirectory = 'docs/dashboards';

const recordingFile = join(outputDirectory, 'recording.json');

export function readDashboards(): Dashboard[] {
  return dashboardUids.map((uid) =>
    readDashboard(join(repositoryDirectory(), `observability/grafana/dashboards/${uid}.json`)),
  );
}

/** Keeps what was recorded, so that it can be drawn again without a run. */
export function keepRecordings(recordings: readonly Recording[]): void {
  write(recordingFile, JSON.stringify(recordings));
}

/** @throws Error when there was no run in this checkout */
export function lastRecordings(): Recording[] {
  return JSON.parse(
    readFileSync(join(repositoryDirectory(), recordingFile), 'utf8'),
  ) as Recording[];
}

/** Draws each dashboard that was recorded. @param directory from the top of the checkout */
export function drawRecordings(
  dashboards: readonly Dashboard[],
  recordings: readonly Recording[],
  directory: string,
): Picture[] {
  return dashboards.flatMap((dashboard) => {
    const recording = recordings.find(({ uid }) => uid === dashboard.uid);
    if (recording === undefined) return [];
    const path = join(directory, `${dashboard.uid}.svg`);
    const svg = drawDashboard(dashboard, recording);
    write(path, svg);
    return [{ path, bytes: Buffer.byteLength(svg) }];
  });
}

function write(path: string, text: string): void {
  const absolute = join(repositoryDirectory(), path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
}
