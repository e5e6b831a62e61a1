export interface BasicCredentials {
  readonly email: string;
  readonly password: string;
}

/** RFC 9110 section 11.4: the scheme word in any case, spaces, then what the scheme defines. */
function credentialsOf(scheme: 'Basic' | 'Bearer', header: string | undefined): string | undefined {
  const [, word, credentials] = /^([^ ]+) +(.+)$/.exec(header ?? '') ?? [];
  return word?.toLowerCase() === scheme.toLowerCase() ? credentials : undefined;
}

/**
 * User and password of a Basic header (RFC 7617). Undefined when there is no such header, another
 * scheme, or something that is not base64 of UTF-8 with a colon in it: all of these are "no
 * credentials". Everything after the first colon is the password.
 */
export function readBasic(header: string | undefined): BasicCredentials | undefined {
  const encoded = credentialsOf('Basic', header);
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64; only text that survives the round trip was meant as base64.
  if (withoutPadding(bytes.toString('base64')) !== withoutPadding(encoded)) return undefined;
  const pair = decodeUtf8(bytes);
  const colon = pair?.indexOf(':') ?? -1;
  if (pair === undefined || colon < 0) return undefined;
  return { email: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/**
 * The token of a Bearer header (RFC 6750 section 2.1), unchecked; undefined when there is none or
 * another scheme.
 */
export function readBearer(header: string | undefined): string | undefined {
  return credentialsOf('Bearer', header);
}

function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '');
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // Not UTF-8, which our challenge asks for (RFC 7617 section 2.1).
  }
}
