import type { Mail } from './mail-store';

/** The list of mails, newest first. */
export function listPage(mails: readonly Mail[]): string {
  const rows = mails.toReversed().map(
    (mail) => `<tr><td><a href="/mails/${mail.id}/page">${escape(mail.subject)}</a></td>
<td>${escape(mail.to.join(', '))}</td><td>${escape(mail.receivedAt)}</td></tr>`,
  );
  const table = `<table><tr><th>Subject</th><th>To</th><th>Received</th></tr>${rows.join('\n')}</table>`;
  return page('Inbox', rows.length === 0 ? '<p>No mail yet.</p>' : table);
}

/** One mail as text: what a sender puts into HTML never runs here. */
export function mailPage(mail: Mail): string {
  const facts: readonly (readonly [string, string])[] = [
    ['From', mail.from],
    ['To', mail.to.join(', ')],
    ['Received', mail.receivedAt],
    ['Message-ID', mail.messageId ?? 'none'],
    ['Transport', mail.tls ? 'TLS' : 'plain'],
  ];
  const list = facts.map(([name, text]) => `<dt>${name}</dt><dd>${escape(text)}</dd>`).join('');
  return page(
    mail.subject,
    `<dl>${list}</dl><pre>${linked(mail.text)}</pre>
<p><a href="/mails/${mail.id}/raw">as it came</a> · <a href="/">all mails</a></p>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; }
dt { font-weight: 600; float: left; width: 8rem; }
pre { white-space: pre-wrap; border: 1px solid #8884; border-radius: .4rem; padding: 1rem; font: inherit; }
</style></head><body><h1>${escape(title)}</h1>${body}</body></html>
`;
}

/** Text with its addresses as links; an address ends at a quotation mark, as in a curl line. */
function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) => {
      const shown = escape(part);
      // What the pattern caught has the odd places.
      return index % 2 === 1 ? `<a href="${shown}">${shown}</a>` : shown;
    })
    .join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
