/** A refusal of the API (RFC 9457), or no answer at all, in words for a person. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /**
   * @param kind Last part of the problem's type, as in `urn:problem:not-operator`; `unreachable`
   * when there was no answer.
   */
  constructor(
    readonly kind: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Whether the token does not open this page (any more). */
export const endsSession = ({ status }: ApiProblem) => status === 401 || status === 403;

export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const { type, detail, request_id: requestId } = readProblem(text);
  const words = detail ?? (text.trim() === '' ? response.statusText : text);
  const told =
    response.status >= 500 && requestId !== undefined ? `${words} (request ${requestId})` : words;
  return new ApiProblem(type?.split(':').at(-1) ?? 'unknown', response.status, told);
}

interface ProblemBody {
  readonly type?: string;
  readonly detail?: string;
  readonly request_id?: string;
}

function readProblem(text: string): ProblemBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {}; // A proxy's page, or a line of text: shown as it is.
  }
}

/** What to tell a person about anything that was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
