import { useMemo, useState } from 'preact/hooks';
import { Api } from './api';
import type { ApiProblem } from './api-problem';
import { Console } from './console';
import { ApiContext } from './contexts';
import { LogIn } from './log-in';
import { storedToken, storeToken } from './session';

/** Somebody logs in, and then sees the console. */
export function OperatorPage() {
  const [token, setToken] = useState(storedToken);
  const [ended, setEnded] = useState<string>();

  const api = useMemo(() => {
    if (token === null) return undefined;
    return new Api(token, (problem) => {
      leave(whyEnded(problem));
    });
  }, [token]);

  function enter(fresh: string): void {
    storeToken(fresh);
    setEnded(undefined);
    setToken(fresh);
  }

  function leave(why: string | undefined): void {
    storeToken(null);
    setEnded(why);
    setToken(null);
  }

  if (api === undefined) return <LogIn problem={ended} onToken={enter} />;
  return (
    <ApiContext.Provider value={api}>
      <Console
        onLogOut={() => {
          leave(undefined);
        }}
      />
    </ApiContext.Provider>
  );
}

function whyEnded({ kind, message }: ApiProblem): string {
  switch (kind) {
    case 'not-operator':
    case 'not-admin':
      return 'You are not an operator. Somebody who manages users can give you the right: npm run users.';
    case 'token-refused':
    case 'missing-credentials':
      return 'Your session has ended. Log in again.';
    default:
      return message;
  }
}
