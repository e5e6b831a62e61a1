import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openStores, type DeadLetterStores } from '../../../dead-letters/stores';
import { freePort } from '../../../local/free-port';
import { repositoryDirectory } from '../../../local/repository-directory';
import { startBrowser } from '../../../local/test-browser';
import { createVhost, testMongoUrl } from '../../../local/test-stack';
import { loadConfig } from '../../../observability/config';
import { relaySettings } from '../../../pipeline/config';
import { startRelay } from '../../../pipeline/relay/start-relay';
import { startTestGateway, type TestGateway, whenReady } from '../../test-gateway';

/** A browser, a gateway and a relay that carries orders out, on stores of their own. */
export interface PageSystem {
  readonly browser: Browser;
  readonly gateway: TestGateway;
  readonly stores: DeadLetterStores;
  close(): Promise<void>;
}

export const operator = { address: 'olga@example.com', password: 'right' };
export const listener = { address: 'lisa@example.com', password: 'right' };

export async function startPageSystem(): Promise<PageSystem> {
  const vhost = await createVhost();
  const mongoUrl = await testMongoUrl();
  const gateway = await startTestGateway({ mongoUrl, rabbitmqUrl: vhost.url });
  await whenReady(gateway);
  gateway.auth.setPassword(operator.address, operator.password, { operator: true });
  gateway.auth.setPassword(listener.address, listener.password);
  const relay = await startRelay(
    loadConfig('relay', relaySettings, {
      MONGO_URL: mongoUrl,
      RABBITMQ_URL: vhost.url,
      JOBS_DATABASE: gateway.stores.jobs.dbName,
      VIDEOS_DATABASE: gateway.stores.videos.databaseName,
      MP3S_DATABASE: gateway.stores.mp3s.databaseName,
      RELAY_EVERY_MS: '50',
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: String(await freePort()),
      LOG_LEVEL: 'silent',
    }),
  );
  const browser = await startBrowser();
  return {
    browser,
    gateway,
    stores: openStores(gateway.stores.client.db(gateway.stores.jobs.dbName)),
    close: async () => {
      await browser.close();
      await relay.stop();
      await gateway.close();
      await vhost.drop();
    },
  };
}

export const screens = [
  { name: 'wide', width: 1280, height: 800, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, height: 800, colorScheme: 'dark' },
  { name: 'narrow', width: 400, height: 800, colorScheme: 'light' },
  { name: 'narrow-dark', width: 400, height: 800, colorScheme: 'dark' },
] as const;
type Screen = (typeof screens)[number];

/** The page in a browser of its own, as somebody has it before them. */
export class OperatorAtPage {
  /** What the page complained about; a policy that forbids something says so here. */
  readonly complaints: string[] = [];
  /** Every address that it asked. */
  readonly asked: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly url: string,
    private readonly screen: Screen,
  ) {
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => this.asked.push(request.url()));
  }

  static async open(
    { browser, gateway }: PageSystem,
    screen: Screen = screens[0],
  ): Promise<OperatorAtPage> {
    const { width, height, colorScheme } = screen;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const at = new OperatorAtPage(await context.newPage(), gateway.url, screen);
    await at.page.goto(`${gateway.url}/operator`);
    return at;
  }

  async logIn({ address, password } = operator): Promise<void> {
    await this.page.getByLabel('E-mail address').fill(address);
    await this.page.getByLabel('Password').fill(password);
    await this.button('Log in').click();
  }

  async goTo(hash: string): Promise<void> {
    await this.page.goto(`${this.url}/operator#${hash}`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  /** A group's link to its letters. */
  group(errorClass: string): Locator {
    return this.page.locator('table.groups').getByRole('link', { name: errorClass, exact: true });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** A closed dialog has no role any more, while the page has yet to hear of it. */
  async whenDialogGone(): Promise<void> {
    await this.page.locator('dialog').waitFor({ state: 'detached' });
  }

  get reason(): Locator {
    return this.dialog.getByLabel('Reason (stands in the audit)');
  }

  /** The list's lines. */
  get lines(): Locator {
    return this.page.locator('table.letters tbody tr');
  }

  /** What became of the order placed last. */
  async whenOrder(words: string | RegExp): Promise<void> {
    await this.page.locator('.order').first().filter({ hasText: words }).waitFor();
  }

  /** For people to look at; nothing compares them. */
  async takeScreenshot(name: string): Promise<void> {
    const directory = join(repositoryDirectory(), '.local/test/screenshots');
    await mkdir(directory, { recursive: true });
    await this.page.screenshot({
      path: join(directory, `operator-${name}-${this.screen.name}.png`),
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
