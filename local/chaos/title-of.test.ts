import { titleOf } from './title-of';

function tag(encoding: number, text: Buffer): Buffer {
  const frame = Buffer.concat([
    Buffer.from('TIT2'),
    Buffer.from([0, 0, 0, text.length + 1, 0, 0, encoding]),
    text,
  ]);
  return Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\x40', 'latin1'), frame, Buffer.alloc(20)]);
}

it('reads both encodings of ID3v2.3', () => {
  expect(titleOf(tag(0, Buffer.from('upload 1\0')))).toBe('upload 1');
  expect(titleOf(tag(1, Buffer.from('\ufeffGrüße\0', 'utf16le')))).toBe('Grüße');
});

it('finds none where there is none', () => {
  expect(titleOf(Buffer.from('TIT2 without a tag in front of it'))).toBe('');
});
