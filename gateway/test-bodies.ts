import fc from 'fast-check';

/** One random `POST /upload`, from well-formed to nonsense. */
export interface Sending {
  readonly content: { readonly boundary: string; readonly body: Buffer };
  /** `@` stands for the boundary. */
  readonly contentType: string;
  /** Places, 0 to 1, where the body is cut into writes of their own. */
  readonly cuts: readonly number[];
}

interface Part {
  readonly open: string;
  /** With the end of each line. */
  readonly headers: readonly (readonly [string, string])[];
  readonly blank: string;
  readonly body: Buffer;
  readonly end: string;
}

const CRLF = '\r\n';
const text = (value: string) => Buffer.from(value);
const latin1 = fc.string({ unit: 'binary', maxLength: 20 });

const lineEnd = fc.oneof(
  { weight: 20, arbitrary: fc.constant(CRLF) },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '') },
);

/** Values a file name or field name may have on the wire, quotes included or forgotten. */
const parameter = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('"a.mp4"', '"b c.mkv"', '"ü.webm"') },
  fc.constantFrom(
    '"a.mp4"',
    '""',
    '"',
    'a.mp4',
    '"../../etc/passwd"',
    '"C:\\temp\\a.mp4"',
    '"%22%0d%0a.mp4"',
    `"${'n'.repeat(300)}.mp4"`,
    '"😀\u202e.mp4"',
    "UTF-8''%e2%82%ac.mp4",
    "nonsense''%zz",
    "UTF-16LE''%ff",
  ),
  latin1,
);

const disposition = fc
  .tuple(
    fc.constantFrom('form-data', 'form-data', 'form-data', 'attachment', ''),
    fc.array(fc.tuple(fc.constantFrom('name', 'filename', 'filename*', 'x'), parameter), {
      maxLength: 3,
    }),
  )
  .map(([type, parameters]) =>
    [type, ...parameters.map(([name, value]) => `${name}=${value}`)].join('; '),
  );

const partHeader = fc.oneof(
  { weight: 6, arbitrary: disposition.map((value) => `Content-Disposition: ${value}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'Content-Type: application/octet-stream',
      'Content-Type: text/plain; charset=utf-16le',
      'Content-Type: text/plain; charset=__proto__',
      'Content-Type: /',
      'Content-Transfer-Encoding: base64',
      '__proto__: x',
      ' folded',
      ':',
      'no colon',
    ),
  },
  { weight: 1, arbitrary: fc.tuple(latin1, latin1).map(([name, value]) => `${name}: ${value}`) },
);

const partBody = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(text(''), text('\r\n--'), text('\r\n--bound'), text('--bound--')),
  // More than a chunk of GridFS; more than the limit.
  fc.constantFrom(Buffer.alloc(270_000, 1), Buffer.alloc(300_001, 2)),
);

const boundary = fc.oneof(
  { weight: 5, arbitrary: fc.constant('bound') },
  { weight: 1, arbitrary: fc.stringMatching(/^[\w'()+,./:=?-]{1,70}$/) },
);

/** Anything that resembles a part. */
const wildPart: fc.Arbitrary<Part> = fc.record({
  open: fc.oneof(
    { weight: 20, arbitrary: fc.constant('--') },
    { weight: 1, arbitrary: fc.constantFrom('-', '') },
  ),
  headers: fc.array(fc.tuple(partHeader, lineEnd), { minLength: 1, maxLength: 4 }),
  blank: lineEnd,
  body: partBody,
  end: lineEnd,
});

const partOf = (headers: string[], body: fc.Arbitrary<Buffer>): fc.Arbitrary<Part> =>
  body.map((bytes) => ({
    open: '--',
    headers: headers.map((header) => [header, CRLF] as const),
    blank: CRLF,
    body: bytes,
    end: CRLF,
  }));
const filePart = parameter.chain((name) =>
  partOf(
    [`Content-Disposition: form-data; name="file"; filename=${name}`, 'Content-Type: video/mp4'],
    partBody,
  ),
);
const fieldPart = partOf(['Content-Disposition: form-data; name="title"'], partBody);

const part = fc.oneof(
  { weight: 4, arbitrary: filePart },
  { weight: 1, arbitrary: fieldPart },
  { weight: 3, arbitrary: wildPart },
);

/** A body that is mostly a multipart form, with its boundary and a place to damage it. */
const form = fc
  .record({
    boundary,
    preamble: fc.oneof({ weight: 5, arbitrary: fc.constant('') }, latin1),
    parts: fc.oneof(
      { weight: 4, arbitrary: fc.array(part, { minLength: 1, maxLength: 1 }) },
      { weight: 2, arbitrary: fc.array(part, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.tuple(fieldPart, filePart, fieldPart) },
      { weight: 1, arbitrary: fc.array(part, { minLength: 22, maxLength: 30 }) },
    ),
    close: fc.oneof(
      { weight: 8, arbitrary: fc.constant('--') },
      { weight: 1, arbitrary: fc.constantFrom('', '-', '--trailing') },
    ),
    damage: fc.option(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        bytes: fc.uint8Array({ maxLength: 3 }),
        cut: fc.boolean(),
      }),
      { freq: 4 },
    ),
  })
  .map(({ boundary: name, preamble, parts, close, damage }) => {
    const pieces: Buffer[] = [Buffer.from(preamble, 'latin1')];
    for (const { open, headers, blank, body, end } of parts) {
      pieces.push(text(`${open}${name}${CRLF}`));
      for (const [header, headerEnd] of headers) {
        // Half as bytes above 127, half as UTF-8, as clients do.
        pieces.push(Buffer.from(header + headerEnd, header.includes('😀') ? 'utf8' : 'latin1'));
      }
      pieces.push(text(blank), body, text(end));
    }
    pieces.push(text(`--${name}${close}${CRLF}`));
    return shownShort({ boundary: name, body: damaged(Buffer.concat(pieces), damage) });
  });

/** A failing example is shown as text, with long runs of one byte cut. */
function shownShort(content: Sending['content']): Sending['content'] {
  const show = () => JSON.stringify(content.body.toString('latin1').replace(/(.)\1{20,}/gs, '$1…'));
  return Object.assign(content, { [fc.toStringMethod]: show });
}

function damaged(
  body: Buffer,
  damage: { at: number; bytes: Uint8Array; cut: boolean } | null,
): Buffer {
  if (damage === null) return body;
  const at = Math.floor(damage.at * body.length);
  const after = damage.cut ? Buffer.alloc(0) : body.subarray(at + damage.bytes.length);
  return Buffer.concat([body.subarray(0, at), damage.bytes, after]);
}

const raw = fc.record({
  boundary,
  body: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
});

const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('multipart/form-data; boundary="@"') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'multipart/form-data; boundary=@',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=""',
      'multipart/form-data; charset=x; boundary="other"',
      'multipart/mixed; boundary="@"',
      'application/x-www-form-urlencoded',
      'text/plain',
      '',
    ),
  },
);

export const sending: fc.Arbitrary<Sending> = fc.record({
  content: fc.oneof({ weight: 9, arbitrary: form }, { weight: 1, arbitrary: raw }),
  contentType,
  /** Places where the body is cut into chunks of their own. */
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});
