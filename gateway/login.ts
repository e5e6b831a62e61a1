import type { AuthClient } from './auth-client';
import { basicAuthorization } from './credentials';
import type { Endpoint } from './endpoint';
import { Refusal } from './errors';
import { originOf } from './request-log';

/** `POST /login`: passes Basic credentials on to auth and answers what auth answers. */
export function login(auth: AuthClient): Endpoint {
  return async (request, response) => {
    const answer = await auth.login(basicAuthorization(request), originOf(response));
    switch (answer.kind) {
      case 'token':
        response.set('Cache-Control', 'no-store').type('text/plain').send(answer.token);
        return;
      case 'refused': {
        const { status, text } = answer;
        const invalid = status === 401 && text.trim() === 'invalid credentials';
        throw new Refusal(
          invalid ? { kind: 'invalid-credentials' } : { kind: 'login-refused', status, text },
        );
      }
      default:
        answer satisfies never;
    }
  };
}
