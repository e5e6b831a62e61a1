import { useState } from 'preact/hooks';
import type { LetterDetail } from '../../../dead-letters/views';
import { wordsOf } from './api-problem';
import { useApi } from './contexts';
import { Problem } from './problem';
import { saveAs } from './save-as';

/** The message as it came; its exact bytes can be saved, whatever they are. */
export function LetterBody({ letter }: { readonly letter: LetterDetail }) {
  const api = useApi();
  const [problem, setProblem] = useState<string>();
  const { id, bytes, content_type: contentType, body } = letter;

  async function save(): Promise<void> {
    try {
      saveAs(await api.body(id), `dead-letter-${id}`);
    } catch (error) {
      setProblem(wordsOf(error));
    }
  }

  return (
    <section>
      <div class="heading">
        <h3>Body</h3>
        <button type="button" class="secondary outline" onClick={() => void save()}>
          Save the bytes
        </button>
      </div>
      <p class="quiet">
        {bytes.toLocaleString('en')} bytes, {contentType ?? 'no content type'}
        {body.kind !== 'json' && `, ${body.kind === 'text' ? 'text' : 'binary'}`}
      </p>
      <Problem words={problem} />
      <pre class="body" tabIndex={0} aria-label="Body">
        {shown(body)}
      </pre>
      {body.kind !== 'json' && body.truncated && (
        <p class="quiet">Only the beginning is shown here.</p>
      )}
    </section>
  );
}

function shown(body: LetterDetail['body']): string {
  switch (body.kind) {
    case 'json':
      return JSON.stringify(body.json, null, 2);
    case 'text':
      return body.text;
    case 'binary':
      return hexLines(body.hex);
    default:
      return body satisfies never;
  }
}

/** Sixteen bytes a line: position, the bytes, and what of them is readable. */
function hexLines(hex: string): string {
  const lines: string[] = [];
  for (let at = 0; at < hex.length; at += 32) {
    const bytes = hex.slice(at, at + 32).match(/../g) ?? [];
    const position = (at / 2).toString(16).padStart(8, '0');
    lines.push(`${position}  ${bytes.join(' ').padEnd(48)} ${bytes.map(readable).join('')}`);
  }
  return lines.join('\n');
}

function readable(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
}
