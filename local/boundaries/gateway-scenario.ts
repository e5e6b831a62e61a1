import { addressOf, ready, type Scenario } from './scenario';

/**
 * Whatever happens, the video is accepted once it is recorded: a listener who is answered, is
 * answered 200.
 */
export const gatewayScenario: Scenario = {
  role: 'gateway',
  entry: 'dist/local/boundaries/gateway-at-boundaries-main.js',
  others: ['relay', 'converter', 'notification'],
  cases: [
    { boundary: 'job recorded, not published', exception: 'not confirmed', ending: ready },
    { boundary: 'job published, not marked', exception: 'not confirmed', ending: ready },
  ],
  async begin(system, key, _one, { sound }, { port }) {
    const token = system.auth.tokenOf({ sub: key, username: addressOf(key), admin: true });
    const body = new FormData();
    body.append('file', new Blob([new Uint8Array(sound)]), 'video.mp4');
    const response = await fetch(`http://127.0.0.1:${Number(port)}/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`upload: ${response.status} ${text}`);
  },
};
