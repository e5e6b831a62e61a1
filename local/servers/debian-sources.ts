export interface AptSource {
  readonly format: 'list' | 'sources';
  readonly text: string;
}

/**
 * The machine's package sources for Debian itself, turned to a later release: one-line format
 * (`deb [options] uri suite component…`) and deb822 stanzas (sources.list(5)). Other vendors'
 * sources and Debian's updates and security suites are left out: the release itself is enough.
 */
export function laterDebianSources(
  files: readonly { name: string; text: string }[],
  suite: string,
): AptSource[] {
  return files.flatMap(({ name, text }): AptSource[] => {
    if (name.endsWith('.sources')) {
      const stanzas = text
        .split(/\n\s*\n/)
        .map(withoutComments)
        .flatMap((stanza) => turnStanza(stanza, suite));
      return stanzas.length === 0 ? [] : [{ format: 'sources', text: stanzas.join('\n') }];
    }
    if (name.endsWith('.list')) {
      const lines = text.split('\n').flatMap((line) => turnLine(line.trim(), suite));
      return lines.length === 0 ? [] : [{ format: 'list', text: `${lines.join('\n')}\n` }];
    }
    return [];
  });
}

/** Codenames whose plain suite is turned; what is newer needs no turning. */
const olderSuites = new Set(['buster', 'bullseye', 'bookworm', 'stable', 'oldstable']);

function turnStanza(stanza: string, suite: string): string[] {
  const suites = /^Suites:(.*)$/m.exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
  const isBinary = /^Types:.*\bdeb\b(?!-src)/m.test(stanza);
  if (!isBinary || !isDebian(stanza) || !suites.some((name) => olderSuites.has(name))) return [];
  const turned = stanza
    .replace(/^Suites:.*$/m, `Suites: ${suite}`)
    .replace(/^Types:.*$/m, 'Types: deb');
  return [`${turned.trim()}\n`];
}

function turnLine(line: string, suite: string): string[] {
  const match = /^deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line);
  const [, options = '', uri = '', name = '', components = ''] = match ?? [];
  if (match === null || !isDebian(uri) || !olderSuites.has(name)) return [];
  return [`deb ${options}${uri} ${suite} ${components}`];
}

/** By the path every mirror has; a security archive has the suites `…-security` only. */
function isDebian(text: string): boolean {
  return /\/debian\/?(\s|$)/m.test(text);
}

function withoutComments(stanza: string): string {
  return stanza
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
}
