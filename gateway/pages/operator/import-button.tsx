import { useState } from 'preact/hooks';
import { ImportDialog } from './import-dialog';

/** Files the letters of an export again, and says how many that were. */
export function ImportButton({ onImported }: { readonly onImported: () => void }) {
  const [open, setOpen] = useState(false);
  const [told, setTold] = useState('');
  return (
    <>
      <span role="status">{told}</span>
      <button
        type="button"
        class="secondary outline"
        onClick={() => {
          setTold('');
          setOpen(true);
        }}
      >
        Import…
      </button>
      {open && (
        <ImportDialog
          onClose={() => {
            setOpen(false);
          }}
          onImported={({ filed, known }) => {
            setTold(`${filed} filed, ${known} were on file already`);
            onImported();
          }}
        />
      )}
    </>
  );
}
