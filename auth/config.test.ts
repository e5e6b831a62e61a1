import { ConfigError } from '../observability/config';
import { loadAuthConfig, loadUserTableConfig, weakSecretProblem } from './config';

const least = {
  MYSQL_HOST: 'db',
  MYSQL_USER: 'u',
  MYSQL_PASSWORD: 'p',
  JWT_SECRET: 'x'.repeat(32),
};
const problemsOf = (environment: Record<string, string>) => {
  try {
    loadAuthConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  return undefined;
};

describe('the settings of auth', () => {
  it('are complete with the variables of the tutorial', () => {
    const tutorial = { ...least, MYSQL_DB: 'auth', MYSQL_PORT: '3306', JWT_SECRET: 'sarcasm12' };
    expect(loadAuthConfig(tutorial)).toMatchObject({
      mysqlDatabase: 'auth',
      mysqlPort: 3306,
      port: 5000,
      adminPort: 9090,
      bcryptCost: 12,
      tokenLifetimeS: 86_400,
      plainTextPasswords: true,
    });
  });

  it.each([
    ['31 bytes', 'x'.repeat(31), /expected at least 32 bytes, got 31/],
    ['16 letters of two bytes', 'ä'.repeat(16), undefined],
    ['32 bytes', 'x'.repeat(32), undefined],
  ])('warn of a secret of %s', (_name, jwtSecret, problem) => {
    if (problem === undefined) expect(weakSecretProblem({ jwtSecret })).toBeUndefined();
    else expect(weakSecretProblem({ jwtSecret })).toMatch(problem);
  });

  it('with NODE_ENV=production refuse weak ones, and do not show the secret', () => {
    const production = { ...least, NODE_ENV: 'production' };
    expect(problemsOf(production)).toBeUndefined();
    const problems = problemsOf({ ...production, JWT_SECRET: 'sarcasm12', BCRYPT_COST: '9' });
    expect(problems).toMatch(/JWT_SECRET: expected at least 32 bytes, got 9/);
    expect(problems).toMatch(/BCRYPT_COST: expected at least 10/);
    expect(problems).not.toContain('sarcasm12');
  });

  it('turn plain-text passwords off in production, whatever is set', () => {
    const asked = { ...least, PLAIN_TEXT_PASSWORDS: 'true' };
    expect(loadAuthConfig({ ...asked, NODE_ENV: 'production' }).plainTextPasswords).toBe(false);
    expect(loadAuthConfig({ ...asked, NODE_ENV: 'test' }).plainTextPasswords).toBe(true);
  });

  it('of the migration and the command need no JWT_SECRET', () => {
    const database = { ...least, JWT_SECRET: undefined };
    expect(loadUserTableConfig('users', database).bcryptCost).toBe(12);
  });
});
