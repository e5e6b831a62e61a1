import { loadConfig } from '../observability/config';
import { processSettings } from '../observability/shared-settings';

/** Exit code 0 when the process in this container is ready, else 1 and what it answered. */
async function main(): Promise<void> {
  const { adminPort } = loadConfig('health', { adminPort: processSettings.adminPort }, process.env);
  const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`, {
    signal: AbortSignal.timeout(5_000),
  });
  if (response.ok) return;
  process.stderr.write(`${response.status} ${await response.text()}\n`);
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`no answer from the process: ${String(error)}\n`);
  process.exitCode = 1;
});
