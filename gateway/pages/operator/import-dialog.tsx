import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Imported } from '../../../dead-letters/views';
import { wordsOf } from './api-problem';
import { useApi } from './contexts';
import { Problem } from './problem';

interface Props {
  readonly onClose: () => void;
  readonly onImported: (imported: Imported) => void;
}

/** Asks for an exported file and the reason. Letters that are on file already stay as they are. */
export function ImportDialog({ onClose, onImported }: Props) {
  const api = useApi();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [file, setFile] = useState<File>();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  async function send(lines: File): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const imported = await api.importLetters(lines, reason.trim());
      dialog.current?.close();
      onImported(imported);
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (file && !busy) void send(file);
        }}
      >
        <h2 id={`${id}-title`}>Import</h2>
        <p>Letters that are on file already stay as they are.</p>
        <label for={`${id}-file`}>Exported file (one letter per line)</label>
        <input
          id={`${id}-file`}
          type="file"
          accept=".ndjson,application/x-ndjson"
          required
          onChange={(event) => {
            setFile(event.currentTarget.files?.[0]);
          }}
        />
        <label for={`${id}-reason`}>Reason (stands in the audit)</label>
        <input
          id={`${id}-reason`}
          value={reason}
          required
          maxLength={1_000}
          autocomplete="off"
          onInput={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <Problem words={problem} />
        <div class="buttons">
          <button
            type="submit"
            disabled={file === undefined || reason.trim() === '' || busy}
            aria-busy={busy}
          >
            Import
          </button>
          <button
            type="button"
            class="secondary outline"
            onClick={() => {
              dialog.current?.close();
            }}
          >
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
