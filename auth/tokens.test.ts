import { refusedTokens, testSecret, tutorialToken } from './test-tokens';
import { issueToken, readToken } from './tokens';

const user = { id: 7, email: 'a@x.com', admin: true, operator: false };

describe('our token', () => {
  it('carries the claims of the contract', () => {
    const read = readToken(issueToken(user, testSecret, 3600), testSecret);
    expect(read).toEqual({
      username: 'a@x.com',
      admin: true,
      operator: false,
      sub: '7',
      iat: expect.any(Number) as number,
      exp: expect.any(Number) as number,
    });
    expect((read?.exp ?? 0) - (read?.iat ?? 0)).toBe(3600);
  });
});

describe("the tutorial's token", () => {
  it('is accepted without `sub` and `operator`', () => {
    const read = readToken(tutorialToken(), testSecret);
    expect(read).toMatchObject({ username: 'a@x.com', admin: true, operator: false });
    expect(read).not.toHaveProperty('sub');
  });
});

describe('a token is refused', () => {
  it.each(refusedTokens)('%s', (_name, token) => {
    expect(readToken(token(), testSecret)).toBeUndefined();
  });
});
