import { readSqlMigrations, splitStatements } from './migration-files';
import { allMigrations } from './migrations';

describe('the statements of a file', () => {
  it('end with a semicolon at the end of a line; comments are not among them', () => {
    const sql = `-- A comment; with a semicolon;
CREATE TABLE a (
  b TEXT DEFAULT ';x'
);

  -- another
DROP TABLE a;   
`;
    expect(splitStatements(sql)).toEqual([
      "CREATE TABLE a (\n  b TEXT DEFAULT ';x'\n)",
      'DROP TABLE a',
    ]);
  });
});

describe('the migrations', () => {
  it('have different numbers, in order', () => {
    const numbers = allMigrations().map(({ name }) => Number(name.slice(0, 3)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  // MariaDB 10.11 and MySQL 8.4 must both take them (see README.md).
  it('have nothing that only one of the two servers understands', () => {
    const text = readSqlMigrations()
      .flatMap(({ statements }) => statements)
      .join('\n');
    expect(text).not.toMatch(/IF NOT EXISTS (?!`user` \()/i);
    expect(text).not.toMatch(/ AS new |uuid_to_bin|->|RETURNING|_0900_|uca1400/i);
  });
});
