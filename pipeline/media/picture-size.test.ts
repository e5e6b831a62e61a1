import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { readPictureSize } from './picture-size';
import { TestMedia } from './test-media';

const media = new TestMedia();
afterAll(() => media.remove());

const frame = ['-f', 'lavfi', '-i', 'testsrc=s=320x176:r=1:d=1', '-frames:v', '1'];

test.each([
  ['a.jpg', [], 'jpeg'],
  ['a.png', [], 'png'],
  ['12-bit.png', ['-pix_fmt', 'rgb48be'], 'png'],
])('%s has its size', async (name, options, format) => {
  const bytes = await readFile(await media.make(name, ...frame, ...options));
  expect(readPictureSize(bytes)).toEqual({ format, width: 320, height: 176 });
});

test('anything else has none', async () => {
  for (const name of ['a.bmp', 'a.gif', 'a.tiff', 'a.webp']) {
    expect(readPictureSize(await readFile(await media.make(name, ...frame)))).toBeUndefined();
  }
  expect(readPictureSize(Buffer.alloc(0))).toBeUndefined();
});

test('arbitrary pictures never make it fail', () => {
  const starts = ['ffd8ff', '89504e470d0a1a0a', ''].map((hex) => Buffer.from(hex, 'hex'));
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      readPictureSize(Buffer.concat([start, rest]));
    }),
    { numRuns: 2000 },
  );
});
