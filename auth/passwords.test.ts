import { compare, hash } from 'bcrypt';
import { Passwords, passwordProblem, type Bcrypt } from './passwords';
import { readStoredPassword } from './stored-password';

const cost = 4;
const passwords = new Passwords(cost);
const stored = async (password: string) => readStoredPassword(await passwords.hash(password));

describe('a new password', () => {
  it.each([
    ['72 bytes', 'x'.repeat(72), undefined],
    ['73 bytes', 'x'.repeat(73), 'the password has 73 bytes, and at most 72 count'],
    ['36 letters of two bytes', 'ä'.repeat(36), undefined],
    ['37 letters of two bytes', 'ä'.repeat(37), 'the password has 74 bytes'],
    ['nothing', '', 'the password is empty'],
    ['two lines', 'a\nb', 'a control character or a line break'],
    ['a NUL', 'a\0b', 'a control character or a line break'],
    ['spaces', ' a b ', undefined],
  ])('of %s', (_name, password, problem) => {
    if (problem === undefined) expect(passwordProblem(password)).toBeUndefined();
    else expect(passwordProblem(password)).toContain(problem);
  });
});

describe('a login', () => {
  it('needs the whole password, in its own case', async () => {
    const row = await stored('Admin123');
    expect(await passwords.matches('Admin123', row)).toBe(true);
    expect(await passwords.matches('admin123', row)).toBe(false);
    expect(await passwords.matches('Admin12', row)).toBe(false);
    expect(await passwords.matches('', row)).toBe(false);
  });

  it('takes composed and decomposed letters for the same (RFC 8265, OpaqueString)', async () => {
    expect(await passwords.matches('pa\u0308ss', await stored('p\u00e4ss'))).toBe(true);
  });

  it('with 73 bytes is refused, although bcrypt would see the 72 that match', async () => {
    const row = await stored('x'.repeat(72));
    expect(await passwords.matches('x'.repeat(73), row)).toBe(false);
    expect(await passwords.matches('x'.repeat(72), row)).toBe(true);
  });

  it('knows the hashes of other languages', async () => {
    const ours = await hash('Admin123', cost);
    for (const version of ['$2a$', '$2b$', '$2y$']) {
      const row = readStoredPassword(ours.replace('$2b$', version));
      expect(row.kind).toBe('bcrypt');
      expect(await passwords.matches('Admin123', row)).toBe(true);
    }
  });

  it('with an empty password is refused even by a row that holds one', async () => {
    expect(await passwords.matches('', { kind: 'plain', text: '' })).toBe(false);
    expect(await passwords.matches('', await stored(''))).toBe(false);
  });
});

describe('a password of the tutorial that is longer than bcrypt reads', () => {
  const long = `${'x'.repeat(80)}!`;

  it('still counts whole', async () => {
    const column = await passwords.hashOfAnyLength(long);
    const row = readStoredPassword(column);
    expect(row.kind).toBe('bcrypt-of-sha256');
    expect(column.length).toBeLessThanOrEqual(255);
    expect(await passwords.matches(long, row)).toBe(true);
    expect(await passwords.matches(`${'x'.repeat(80)}?`, row)).toBe(false);
    expect(await passwords.matches('x'.repeat(72), row)).toBe(false);
  });

  it('is the only one stored so', async () => {
    expect(await passwords.hashOfAnyLength('x'.repeat(72))).toMatch(/^\$2b\$04\$/);
  });
});

describe('what a login costs', () => {
  class CountingBcrypt implements Bcrypt {
    readonly comparedCosts: string[] = [];
    hash = hash;
    compare = (password: string, hashed: string) => {
      this.comparedCosts.push(hashed.slice(0, 7));
      return compare(password, hashed);
    };
  }

  it.each<[string, string, () => Promise<string | undefined>]>([
    ['an unknown user', 'Admin123', () => Promise.resolve(undefined)],
    ['the right password', 'Admin123', () => passwords.hash('Admin123')],
    ['a wrong password', 'wrong', () => passwords.hash('Admin123')],
    ['an empty password', '', () => passwords.hash('Admin123')],
    ['a password of 73 bytes', 'x'.repeat(73), () => passwords.hash('Admin123')],
    ['a plain-text row and its password', 'Admin123', () => Promise.resolve('Admin123')],
    ['a plain-text row and another password', 'wrong', () => Promise.resolve('Admin123')],
    ['a long row', 'x'.repeat(99), () => passwords.hashOfAnyLength('x'.repeat(99))],
    ['a long row and another password', 'wrong', () => passwords.hashOfAnyLength('x'.repeat(99))],
  ])('is one comparison at full cost: %s', async (_name, given, column) => {
    const counting = new CountingBcrypt();
    const text = await column();
    const row = text === undefined ? undefined : readStoredPassword(text);
    await new Passwords(cost, counting).matches(given, row);
    expect(counting.comparedCosts).toEqual(['$2b$04$']);
  });
});

describe('a stored password is outdated', () => {
  it.each<[string, () => Promise<string>, boolean]>([
    ['never, when it has our cost', () => hash('a', cost), false],
    ['with a lower or higher cost', () => hash('a', cost + 1), true],
    ['as plain text', () => Promise.resolve('a'), true],
    ['not for being long', () => passwords.hashOfAnyLength('x'.repeat(99)), false],
  ])('%s', async (_name, column, outdated) => {
    expect(passwords.isOutdated(readStoredPassword(await column()))).toBe(outdated);
  });
});
