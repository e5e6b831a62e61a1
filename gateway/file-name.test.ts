import fc from 'fast-check';
import { cleanFileName, mp3FileName } from './file-name';

describe('the name of an uploaded file', () => {
  test.each([
    ['film.mkv', 'film.mkv'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\films\\film.mkv', 'film.mkv'],
    ['/', null],
    ['..', null],
    ['.', null],
    ['', null],
    [' \u0000\t ', null],
    [undefined, null],
    ['a\r\nSet-Cookie: x.mp4', 'a Set-Cookie: x.mp4'],
    ['a%0d%0Ab%22c.mp4', 'a b"c.mp4'],
    ['100%.mp4', '100%.mp4'],
    ['a%2Fb.mp4', 'a%2Fb.mp4'],
    ['invoice\u202e4pm.exe', 'invoice4pm.exe'],
    ['half \ud83d pair.mp4', 'half \ufffd pair.mp4'],
    ['👩‍🚀.mp4', '👩‍🚀.mp4'],
    ['ünïcödé.mp4', 'ünïcödé.mp4'],
    [`${'a'.repeat(300)}.mp4`, `${'a'.repeat(251)}.mp4`],
    [`${'€'.repeat(100)}.mp4`, `${'€'.repeat(83)}.mp4`],
    [`${'a'.repeat(250)}😀.mp4`, `${'a'.repeat(250)}.mp4`],
    ['a'.repeat(300), 'a'.repeat(255)],
  ])('%j becomes %j', (sent, name) => {
    expect(cleanFileName(sent)).toBe(name);
  });

  test('is short, on one line and without a path, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
        const name = cleanFileName(sent);
        if (name === null) return;
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(name.trim()).toBe(name);
        expect(name).not.toBe('');
        expect(Buffer.from(name).toString()).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the name of an MP3', () => {
  const fid = '0123456789abcdef01234567';
  test.each([
    ['film.mkv', 'film.mp3'],
    ['film.tar.gz', 'film.tar.mp3'],
    ['film', 'film.mp3'],
    ['Vol. 1 - Live', 'Vol. 1 - Live.mp3'],
    ['.mp4', '.mp4.mp3'],
    [null, `${fid}.mp3`],
    [`${'€'.repeat(84)}.m`, `${'€'.repeat(83)}.mp3`],
  ])('%j becomes %j', (source, name) => {
    expect(mp3FileName(source, fid)).toBe(name);
  });
});
