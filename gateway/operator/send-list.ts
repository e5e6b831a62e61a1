import type { Request, Response } from 'express';

/**
 * Answers a page of a list as JSON, or as CSV for who asks for that. Where there is a next page, a
 * link says so (RFC 8288): CSV has no other place for it.
 */
export function sendPage<Page extends { readonly next: string | null }>(
  { request, response }: { readonly request: Request; readonly response: Response },
  page: Page,
  csv: { readonly name: string; readonly write: (page: Page) => string },
): void {
  response.vary('Accept');
  if (page.next !== null) response.links({ next: nextUrl(request, page.next) });
  // Whoever takes both, as `*` + `/*` does, gets JSON.
  if (request.accepts(['application/json', 'text/csv']) === 'text/csv') {
    response.attachment(csv.name).type('text/csv').send(csv.write(page));
  } else {
    response.json(page);
  }
}

function nextUrl({ originalUrl }: Request, next: string): string {
  const [path = '', query] = originalUrl.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('after', next);
  return `${path}?${parameters.toString()}`;
}
