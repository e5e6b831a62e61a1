import fc from 'fast-check';
import { readBasic, readBearer } from './authorization-header';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');

describe('a Basic header', () => {
  it.each([
    ['the usual', `Basic ${base64('a@x.com:pw')}`, { email: 'a@x.com', password: 'pw' }],
    ['lower case', `basic ${base64('a@x.com:pw')}`, { email: 'a@x.com', password: 'pw' }],
    ['upper case', `BASIC ${base64('a@x.com:pw')}`, { email: 'a@x.com', password: 'pw' }],
    ['more spaces', `Basic   ${base64('a@x.com:pw')}`, { email: 'a@x.com', password: 'pw' }],
    [
      'no padding',
      `Basic ${base64('a@x.com:p').replace(/=/g, '')}`,
      { email: 'a@x.com', password: 'p' },
    ],
    [
      'colons in the password',
      `Basic ${base64('a@x.com:p:q:')}`,
      { email: 'a@x.com', password: 'p:q:' },
    ],
    [
      'UTF-8',
      `Basic ${base64('å@x.com:pässwörd€😀')}`,
      { email: 'å@x.com', password: 'pässwörd€😀' },
    ],
    ['an empty password', `Basic ${base64('a@x.com:')}`, { email: 'a@x.com', password: '' }],
    ['nothing but a colon', `Basic ${base64(':')}`, { email: '', password: '' }],
    ['no header', undefined, undefined],
    ['an empty header', '', undefined],
    ['the scheme alone', 'Basic', undefined],
    ['the scheme and a space', 'Basic ', undefined],
    ['no scheme', base64('a@x.com:pw'), undefined],
    ['another scheme', `Bearer ${base64('a@x.com:pw')}`, undefined],
    ['a longer scheme', `Basics ${base64('a@x.com:pw')}`, undefined],
    ['no colon', `Basic ${base64('a@x.com')}`, undefined],
    ['not base64', 'Basic a@x.com:pw', undefined],
    [
      'base64 with a hole',
      `Basic ${base64('a@x.com:pw').slice(0, 8)} ${base64('a@x.com:pw').slice(8)}`,
      undefined,
    ],
    ['half of a base64 group', 'Basic YTpiY', undefined],
    ['not UTF-8', `Basic ${base64(Uint8Array.of(0x61, 0x3a, 0xe4))}`, undefined],
  ])('with %s', (_name, header, expected) => {
    expect(readBasic(header)).toEqual(expected);
  });

  it('gives back every user without a colon and every password', () => {
    const user = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes(':'));
    fc.assert(
      fc.property(user, fc.string({ unit: 'grapheme' }), (email, password) => {
        const read = readBasic(`Basic ${base64(`${email}:${password}`)}`);
        expect(read).toEqual({ email, password });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        readBasic(header);
        readBasic(`Basic ${header}`);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('a Bearer header', () => {
  it.each([
    ['the usual', 'Bearer aaa.bbb.ccc', 'aaa.bbb.ccc'],
    ['lower case', 'bearer aaa.bbb.ccc', 'aaa.bbb.ccc'],
    ['no token at all', 'Bearer', undefined],
    ['a space for a token', 'Bearer ', undefined],
    ['Basic', 'Basic aaa.bbb.ccc', undefined],
    ['Token', 'Token aaa.bbb.ccc', undefined],
    ['no scheme', 'aaa.bbb.ccc', undefined],
    ['no header', undefined, undefined],
  ])('with %s', (_name, header, expected) => {
    expect(readBearer(header)).toBe(expected);
  });
});
