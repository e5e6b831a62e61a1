import type { JobState } from '../contracts/job';

/** Everything a client can be told instead of what it asked for. */
export type Problem =
  | { readonly kind: 'missing-credentials'; readonly scheme: 'Basic' | 'Bearer' }
  | { readonly kind: 'invalid-credentials' }
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'not-operator' }
  | { readonly kind: 'token-refused' }
  | { readonly kind: 'login-refused'; readonly status: number; readonly text: string }
  | { readonly kind: 'not-one-file' }
  | { readonly kind: 'empty-file' }
  | { readonly kind: 'malformed-multipart' }
  | { readonly kind: 'too-many-fields'; readonly limit: number }
  | { readonly kind: 'file-too-large'; readonly limitBytes: number }
  | { readonly kind: 'fields-too-large'; readonly limitBytes: number }
  | { readonly kind: 'upload-idle'; readonly idleMs: number }
  | { readonly kind: 'body-idle'; readonly idleMs: number }
  | { readonly kind: 'fid-required' }
  | { readonly kind: 'invalid-parameter'; readonly name: string; readonly expected: string }
  | { readonly kind: 'invalid-json'; readonly reason: string }
  | { readonly kind: 'invalid-body'; readonly problems: readonly string[] }
  | { readonly kind: 'body-too-large'; readonly limitBytes: number }
  | { readonly kind: 'line-too-long'; readonly limitBytes: number }
  | {
      readonly kind: 'letters-refused';
      /** The first of them; none when nothing was selected at all. */
      readonly refused: readonly { readonly id: string; readonly problem: string }[];
      readonly total: number;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'method-not-allowed'; readonly allowed: readonly string[] }
  | { readonly kind: 'no-mp3'; readonly state: JobState }
  | { readonly kind: 'precondition-failed' }
  | { readonly kind: 'range-not-satisfiable'; readonly sizeBytes: number }
  | { readonly kind: 'bad-request' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'backlog-full' }
  | { readonly kind: 'internal' };

/** How a problem is answered. The text is the whole body for `curl`, word for word the tutorial's. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** For JSON clients (RFC 9457): what kind of thing went wrong, the same for every occurrence. */
  readonly title: string;
  /** What happened here, what was expected and what to do. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of this kind of problem alone (RFC 9457 section 3.2), for JSON clients. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by an endpoint to answer with a problem. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(readonly problem: Problem) {
    super(problem.kind);
  }
}

const realm = 'realm="video-to-mp3"';

/** The one table of refusals. */
export function answerFor(problem: Problem): Answer {
  switch (problem.kind) {
    case 'missing-credentials':
      return {
        status: 401,
        text: 'missing credentials',
        title: 'Missing credentials',
        detail:
          problem.scheme === 'Basic'
            ? 'Send "Authorization: Basic" with e-mail address and password.'
            : 'Send "Authorization: Bearer" with a token from POST /login.',
        headers: { 'WWW-Authenticate': `${problem.scheme} ${realm}` },
      };
    case 'invalid-credentials':
      return {
        status: 401,
        text: 'invalid credentials',
        title: 'Invalid credentials',
        detail: 'No user has this e-mail address and password.',
        headers: { 'WWW-Authenticate': `Basic ${realm}` },
      };
    case 'not-admin':
      return {
        status: 401,
        text: 'not authorized',
        title: 'Not authorized',
        detail: 'The token is valid but lacks the claim "admin", which opens the service.',
        headers: { 'WWW-Authenticate': `Bearer ${realm}, error="insufficient_scope"` },
      };
    case 'not-operator':
      return {
        status: 403,
        text: 'not authorized',
        title: 'Not authorized',
        detail: 'The token is valid but lacks the claim "operator", which opens these calls.',
        headers: { 'WWW-Authenticate': `Bearer ${realm}, error="insufficient_scope"` },
      };
    case 'token-refused':
      return {
        status: 403,
        text: 'not authorized',
        title: 'Token refused',
        detail: 'The token is expired or not ours. Get a new one from POST /login.',
      };
    case 'login-refused':
      return {
        status: problem.status,
        text: problem.text,
        title: 'Login refused',
        detail: problem.text,
      };
    case 'not-one-file':
      return {
        status: 400,
        text: 'exactly 1 file required',
        title: 'Exactly one file required',
        detail: 'Send multipart/form-data with one file part, under any field name.',
      };
    case 'empty-file':
      return {
        status: 400,
        text: 'file is empty',
        title: 'Empty file',
        detail: 'The file has 0 bytes. Upload it again from the original.',
      };
    case 'malformed-multipart':
      return {
        status: 400,
        text: 'malformed multipart body',
        title: 'Malformed multipart body',
        detail: 'The body breaks off or is not multipart/form-data as RFC 7578 describes it.',
      };
    case 'too-many-fields':
      return {
        status: 400,
        text: `too many form fields (limit ${problem.limit})`,
        title: 'Too many form fields',
        detail: `At most ${problem.limit} form fields are accepted beside the file.`,
      };
    case 'file-too-large':
      return {
        status: 413,
        text: `file too large (limit ${problem.limitBytes} bytes)`,
        title: 'File too large',
        detail: `At most ${problem.limitBytes} bytes are accepted.`,
      };
    case 'fields-too-large':
      return {
        status: 413,
        text: `form fields too large (limit ${problem.limitBytes} bytes)`,
        title: 'Form fields too large',
        detail: `Everything beside the file may take ${problem.limitBytes} bytes.`,
      };
    case 'upload-idle':
      return {
        status: 408,
        text: `upload stood still for ${problem.idleMs} ms`,
        title: 'Upload stood still',
        detail: `No bytes arrived for ${problem.idleMs} ms. Nothing was stored; upload again.`,
        headers: { Connection: 'close' },
      };
    case 'body-idle':
      return {
        status: 408,
        text: `body stood still for ${problem.idleMs} ms`,
        title: 'Body stood still',
        detail: `No bytes arrived for ${problem.idleMs} ms. Send it again; letters of an import that are on file by now stay as they are.`,
        headers: { Connection: 'close' },
      };
    case 'fid-required':
      return {
        status: 400,
        text: 'fid is required',
        title: 'Parameter fid is required',
        detail: 'Ask for /download?fid= followed by the 24 digits from the mail.',
      };
    case 'invalid-parameter':
      return {
        status: 400,
        text: `${problem.name}: expected ${problem.expected}`,
        title: 'Invalid parameter',
        detail: `${problem.name}: expected ${problem.expected}.`,
      };
    case 'invalid-json':
      return {
        status: 400,
        text: `the body is not JSON: ${problem.reason}`,
        title: 'Body is not JSON',
        detail: `Send a JSON object in UTF-8. ${problem.reason}`,
      };
    case 'invalid-body':
      return {
        status: 400,
        text: problem.problems.join('; '),
        title: 'Invalid body',
        detail: problem.problems.join('; '),
        members: { problems: problem.problems },
      };
    case 'body-too-large':
      return {
        status: 413,
        text: `body too large (limit ${problem.limitBytes} bytes)`,
        title: 'Body too large',
        detail: `At most ${problem.limitBytes} bytes are accepted.`,
      };
    case 'line-too-long':
      return {
        status: 413,
        text: `line too long (limit ${problem.limitBytes} bytes)`,
        title: 'Line too long',
        detail: `Send one dead letter per line, each of at most ${problem.limitBytes} bytes.`,
      };
    case 'letters-refused':
      return {
        status: 409,
        text: `nothing was done: ${refusedLetters(problem)}`,
        title: 'Letters cannot be acted on',
        detail:
          problem.total === 0
            ? 'Nothing was done: no dead letter matches. Look at the list with the same filter.'
            : `Nothing was done: ${refusedLetters(problem)}. Edit them, or leave them out with "skip_refused".`,
        members: { refused: problem.refused, total: problem.total },
      };
    case 'not-found':
      return {
        status: 404,
        text: 'not found',
        title: 'Not found',
        detail: 'There is nothing here, or it is not yours.',
      };
    case 'method-not-allowed':
      return {
        status: 405,
        text: 'method not allowed',
        title: 'Method not allowed',
        detail: `Use ${problem.allowed.join(' or ')}.`,
        headers: { Allow: problem.allowed.join(', ') },
      };
    case 'no-mp3':
      return {
        status: 409,
        text: `no mp3: the job is ${problem.state}`,
        title: 'No MP3',
        detail: `The job is ${problem.state}; it has an MP3 once it is ready.`,
      };
    case 'precondition-failed':
      return {
        status: 412,
        text: 'precondition failed',
        title: 'Precondition failed',
        detail: 'The MP3 is not the one that If-Match or If-Unmodified-Since names.',
      };
    case 'range-not-satisfiable':
      return {
        status: 416,
        text: 'range not satisfiable',
        title: 'Range not satisfiable',
        detail: `The MP3 has ${problem.sizeBytes} bytes and the range lies behind them.`,
        headers: { 'Content-Range': `bytes */${problem.sizeBytes}` },
      };
    case 'bad-request':
      return {
        status: 400,
        text: 'bad request',
        title: 'Bad request',
        detail: 'The request is not well-formed.',
      };
    case 'unavailable':
      return {
        status: 503,
        text: 'service unavailable',
        title: 'Service unavailable',
        detail: 'A part of the service is away for a moment. Nothing was changed; try again.',
        headers: { 'Retry-After': '5' },
      };
    case 'backlog-full':
      return {
        status: 503,
        text: 'too many videos are waiting',
        title: 'Too many videos are waiting',
        detail: 'The service has as many videos waiting as it can keep. Upload again in a minute.',
        headers: { 'Retry-After': '60' },
      };
    case 'internal':
      return {
        status: 500,
        text: 'internal server error',
        title: 'Internal server error',
        detail: 'Something failed that should not. Tell the operator the request id.',
      };
    default:
      return problem satisfies never;
  }
}

const namedLetters = 5;

function refusedLetters({ refused, total }: Extract<Problem, { kind: 'letters-refused' }>): string {
  if (total === 0) return 'no dead letter matches';
  const named = refused.slice(0, namedLetters).map(({ id, problem }) => `${id}: ${problem}`);
  const rest = total - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}
