import { tokenClaimsSchema } from './token-claims';

/** As the tutorial's auth service signs them. */
const tutorial = {
  username: 'ann@example.com',
  exp: 1_800_000_000,
  iat: 1_799_913_600,
  admin: true,
};

test("the tutorial's claims are claims of a user who operates nothing", () => {
  expect(tokenClaimsSchema.parse(tutorial)).toEqual({ ...tutorial, operator: false });
});

test('ours', () => {
  const ours = { ...tutorial, sub: '7', operator: true };
  expect(tokenClaimsSchema.parse(ours)).toEqual(ours);
});

test('claims of others are left out', () => {
  expect(tokenClaimsSchema.parse({ ...tutorial, role: 'root' })).not.toHaveProperty('role');
});

test.each([
  ['no username', { username: undefined }],
  ['a username that is none', { username: { $ne: '' } }],
  ['no expiry', { exp: undefined }],
  ['an expiry in words', { exp: 'tomorrow' }],
  ['no time of issue', { iat: undefined }],
  ['no admin', { admin: undefined }],
  ['admin as a number', { admin: 1 }],
  ['admin as a word', { admin: 'true' }],
  ['operator as a word', { operator: 'true' }],
  ['operator null', { operator: null }],
  ['a subject that is a number', { sub: 7 }],
])('%s is refused', (_, change) => {
  expect(tokenClaimsSchema.safeParse({ ...tutorial, ...change }).success).toBe(false);
});
