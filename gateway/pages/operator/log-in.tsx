import { useId, useState } from 'preact/hooks';
import { logIn } from './api';
import { wordsOf } from './api-problem';
import { Problem } from './problem';

interface Props {
  /** Why nobody is logged in any more. */
  readonly problem: string | undefined;
  readonly onToken: (token: string) => void;
}

export function LogIn({ problem, onToken }: Props) {
  const id = useId();
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function enter(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : '';
    };
    setBusy(true);
    setRefused(undefined);
    try {
      onToken(await logIn(text('email').trim(), text('password')));
    } catch (error) {
      setRefused(wordsOf(error));
      setBusy(false);
    }
  }

  return (
    <main class="log-in">
      <h1>Dead letters</h1>
      <p>For operators: find out why messages died, fix and replay them.</p>
      <Problem words={refused ?? problem} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter(event.currentTarget);
        }}
      >
        <label for={`${id}-email`}>E-mail address</label>
        <input
          id={`${id}-email`}
          name="email"
          type="email"
          autocomplete="username"
          required
          autofocus
        />
        <label for={`${id}-password`}>Password</label>
        <input
          id={`${id}-password`}
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
        <button type="submit" aria-busy={busy} disabled={busy}>
          Log in
        </button>
      </form>
    </main>
  );
}
