import { Option, type Command } from 'commander';

export interface FormatOptions {
  readonly json?: true;
  readonly csv?: true;
}

/** Adds `--json`, and `--csv` where there is a CSV; not both at once. */
export function addFormatOptions(verb: Command, csv?: 'csv'): Command {
  verb.addOption(new Option('--json', 'print JSON and nothing else').conflicts('csv'));
  return csv === undefined ? verb : verb.addOption(new Option('--csv', 'print CSV'));
}

export function formatOf({ json, csv }: FormatOptions): 'json' | 'csv' | 'table' {
  if (json === true) return 'json';
  return csv === true ? 'csv' : 'table';
}
