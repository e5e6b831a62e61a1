import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { testStackConfig } from '../test-stack';
import { ways, type Boundary, type Way } from './boundary';
import type { Remains } from './remains';

export interface Cell {
  readonly remains: Remains | undefined;
  readonly held: boolean;
}

/** What each boundary came to, in each way. */
export class Matrix {
  readonly #cells = new Map<string, Cell>();

  note(boundary: Boundary, way: Way, cell: Cell): void {
    this.#cells.set(`${boundary}: ${way}`, cell);
  }

  toString(boundaries: readonly Boundary[]): string {
    const table = new Table({ head: ['', ...ways], style: { head: [], border: [] } });
    for (const boundary of boundaries) {
      const cells = ways.map((way) => describeCell(this.#cells.get(`${boundary}: ${way}`)));
      table.push([boundary, ...cells]);
    }
    return table.toString();
  }

  /** Writes it where a person finds it after the run. @returns the path */
  write(name: string, boundaries: readonly Boundary[]): string {
    const directory = join(testStackConfig().stateDirectory, 'boundaries');
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `${name}.txt`);
    writeFileSync(path, `${this.toString(boundaries)}\n`);
    return path;
  }
}

function describeCell(cell: Cell | undefined): string {
  if (cell?.remains === undefined) return 'not run';
  const { state, mp3s, mails, deadLetters, attempts } = cell.remains;
  const counts = [
    ...(mp3s > 0 ? [`${mp3s} MP3`] : []),
    ...(mails > 0 ? [`${mails} mail${mails > 1 ? 's' : ''}`] : []),
    ...(deadLetters > 0 ? [`${deadLetters} dead letter`] : []),
    `${attempts} attempt${attempts === 1 ? '' : 's'}`,
  ];
  return `${cell.held ? 'ok' : 'BROKEN'}: ${state ?? 'no job'}\n${counts.join(', ')}`;
}
