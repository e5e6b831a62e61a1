/** Last words of names whose value is a secret: `MYSQL_PWD`, `default_pass`, `secretKey`, `_authToken`. */
const secretWord =
  /(password|passwd|passphrase|pass|pwd|secret|token|cookie|credential|api_?key|private_?key)s?$/i;
/** A key whose name says what it is the key of. Alone it is the key of a table. */
const secretKey = /[_.-]key$|[a-z\d]Key$/i;
/** Words that end so and hide nothing. */
const harmless = /(^proxy_pass|(public|primary|foreign|routing|topology|partition)[_.-]?key)$/i;

/**
 * What is filled in elsewhere: `$(NAME)`, `${NAME}`, `$NAME` alone, `$(cat file)`, `{{ .name }}`; by a
 * person: `<password>`.
 */
const reference = /^(\$\$?[({]|\$\$?[A-Z_][A-Z\d_]*$|\{\{|<[\w-]+>$)/;
/** What is on or off is no secret, whatever it is called. */
const switched = /^(true|false|null|undefined|on|off|yes|no)$/i;

const urlWithPassword = /[a-z][a-z\d+.-]*:\/\/[^\s:/@]*:([^\s@/]+)@/gi;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY/;

const text = String.raw`"[^"\n]*"|'[^'\n]*'|\$\$?[({][^\s;]*|[^\s"',;]+`;
/** `NAME=value` and `--name=value`, anywhere in a line: arguments, commands, the query of a URL. */
const assignment = new RegExp(String.raw`(?<![\w$.])-{0,2}([a-z_][\w.-]*)=(?![=~])(${text})`, 'gi');
/** `name = value`, `name: value`, `"name": "value"`, at the beginning of a line, a list or a table. */
const field = new RegExp(
  String.raw`(?:^|[{,])[ \t]*(?:- )?(?:export |const |let |var )?["']?([a-z_][\w.-]*)["']?[ \t]*[:=](?![=~])[ \t]*(${text})`,
  'gim',
);

/** Whether a variable, setting or option of this name with this value gives a secret away. */
export function looksSecret(name: string, value: string): boolean {
  const isNamedSo = (secretWord.test(name) || secretKey.test(name)) && !harmless.test(name);
  return isNamedSo && value !== '' && !reference.test(value) && !switched.test(value);
}

/**
 * Secrets in a text of whatever kind: a configuration, a script, a command, a layer's history
 * (`|1 NAME=value …`).
 *
 * @param name Of the file; in a program only what is quoted is a value, the rest is code.
 * @returns what each is, without the secret itself
 */
export function secretsInText(content: string, name = ''): string[] {
  const isProgram = /\.[cm]?[jt]s$/.test(name);
  const named = [assignment, field].flatMap((pattern) =>
    [...content.matchAll(pattern)].flatMap(([, key = '', quoted = '']) => {
      const value = quoted.replace(/^(["'])(.*)\1$/, '$2');
      return (isProgram && value === quoted) || !looksSecret(key, value) ? [] : [key];
    }),
  );
  const inUrls = [...content.matchAll(urlWithPassword)].filter(
    ([, password = '']) => !reference.test(password),
  );
  return [
    ...[...new Set(named)].map((key) => `a value for ${key}`),
    ...(inUrls.length > 0 ? ['a password in a URL'] : []),
    ...(privateKey.test(content) ? ['a private key'] : []),
  ];
}

/** The same in the words of a command, where an option may have its value in the next word. */
export function secretsInWords(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const next = words[index + 1] ?? '';
    const isOption = /^--?[a-z][\w.-]*$/i.test(word) && !next.startsWith('-');
    return [
      ...secretsInText(word),
      ...(isOption && looksSecret(word, next) ? [`a value for ${word}`] : []),
    ];
  });
}
