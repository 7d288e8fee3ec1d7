// How a connector is removed on its page: by its operator, by who has its token, and when it does not work.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settingsFor } from '../sim/laboratory.ts';
import { countIs, isFocused, keptIn, titleIs } from './awaited.ts';
import { violations } from './axe.ts';
import { CHROMIUM, openWindow, startBrowser } from './browser.ts';
import { overflow } from './open-page.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
let browser: Browser;

describe.skipIf(!CHROMIUM)('removing a connector', () => {
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startBrowser()]);
  }, 60_000);
  beforeEach(async () => {
    await site.other.send('PUT', '/api/settings', settingsFor(site.lab));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function open(token: string) {
    const window = await openWindow(browser, site.origin);
    const { page } = window;
    await page.goto(`${site.connectorUrl}/admin#access`);
    await page.getByLabel('Admin token').fill(token);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Remove this connector' }).waitFor();
    return window;
  }
  async function remove(page: Page, name: string) {
    await page.getByLabel('To confirm, type').fill(name);
    await page.getByLabel('To confirm, type').press('Enter');
  }

  it('is not done under another name, and leads the operator on to all connectors', async () => {
    const { page, faults, context } = await open(site.adminToken);
    await remove(page, 'example.com');
    await page.getByText('That is not the name of this connector').waitFor();
    expect(await site.other.get('/api/settings')).toBeTruthy();
    await remove(page, 'example.com/microsoft365');
    await page.getByRole('heading', { name: 'example.com/microsoft365 is removed' }).waitFor();
    expect(await violations(page)).toEqual([]);
    const link = page.getByRole('link', { name: 'All connectors' });
    expect(await link.getAttribute('href')).toBe('/admin');
    await expect(site.other.get('/api/settings')).rejects.toThrow();
    expect(await faults()).toEqual([]);
    await context.close();
  });

  it('tells who has only its token that it is gone', async () => {
    const { token } = await site.other.send<{ token: string }>('POST', '/api/tokens', {});
    const { page, faults, context } = await open(token);
    await remove(page, 'example.com/microsoft365');
    await page.getByRole('heading', { name: 'example.com/microsoft365 is removed' }).waitFor();
    expect(await page.getByLabel('Admin token').count()).toBe(0);
    expect(await page.getByRole('link').count()).toBe(0);
    expect(await faults()).toEqual([]);
    await context.close();
  });

  it('reads well in German on a phone', async () => {
    const { page, context } = await openWindow(browser, site.origin, {
      language: 'de-DE',
      width: 390,
    });
    await page.goto(`${site.connectorUrl}/admin#access`);
    await page.getByLabel('Admin-Token').fill(site.adminToken);
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
    await page.getByRole('heading', { name: 'Diesen Connector entfernen' }).waitFor();
    await page.getByRole('button', { name: 'Connector entfernen' }).click();
    await page.getByText('So heißt dieser Connector nicht').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await context.close();
  });

  it('does not turn out who waits for it, though their token has ended before it is done', async () => {
    const { token } = await site.other.send<{ token: string }>('POST', '/api/tokens', {});
    const { page, faults, context } = await open(token);
    let done = () => {};
    const slow = new Promise<void>((resolve) => {
      done = resolve;
    });
    await page.route('**/api/settings', async (route) => {
      const answer = await route.fetch();
      await slow;
      await route.fulfill({ response: answer });
    });
    // Its stream ends with the connector, and the next one is refused.
    const refused = page.waitForResponse(
      (answer) => answer.url().endsWith('/api/events') && answer.status() === 401,
    );
    await remove(page, 'example.com/microsoft365');
    await page.getByText('What was set is being taken back.').waitFor();
    await refused;
    await page.getByRole('button', { name: 'Removing …' }).press('Enter');
    await countIs(page.getByLabel('Admin token'), 0);
    expect(await violations(page)).toEqual([]);
    done();
    await page.getByRole('heading', { name: 'example.com/microsoft365 is removed' }).waitFor();
    expect(await faults()).toEqual([]);
    await context.close();
  });

  it('tells who has only its token so as well where the answer was lost', async () => {
    const { token } = await site.other.send<{ token: string }>('POST', '/api/tokens', {});
    const { page, context } = await open(token);
    await page.route('**/api/settings', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await remove(page, 'example.com/microsoft365');
    await page.getByRole('heading', { name: 'example.com/microsoft365 is removed' }).waitFor();
    await context.close();
  });

  it('asks for nothing that was still to be saved, and begins anew with nothing of before', async () => {
    const { page, faults, context } = await open(site.adminToken);
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    const nav = page.getByRole('navigation');
    await nav.getByRole('link', { name: 'Setup' }).click();
    await page.getByRole('link', { name: 'All settings' }).click();
    await page.getByLabel('Master PBX').fill('half-typed');
    await nav.getByRole('link', { name: 'Access' }).click();
    await remove(page, 'example.com/microsoft365');
    await page.getByRole('heading', { name: 'example.com/microsoft365 is removed' }).waitFor();
    await page.getByRole('link', { name: 'All connectors' }).click();
    await page
      .getByRole('heading', { level: 2, name: 'All connectors' })
      .or(page.getByLabel('Admin token'))
      .waitFor();
    expect(asked).toEqual([]);
    await page.goto(`${site.connectorUrl}/admin`);
    await page.getByText('This connector does not exist yet.').waitFor();
    expect(await page.content()).not.toContain('half-typed');
    expect(await keptIn(page)).not.toContain('half-typed');
    expect(await faults()).toEqual([]);
    await context.close();
  });

  it('says what went wrong at the connector, and can be tried again by keyboard alone', async () => {
    const { page, context } = await open(site.adminToken);
    await page.route('**/api/settings', (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        json: { status: 500, code: 'internal', detail: 'The log has it under abc-1.' },
      }),
    );
    await page.getByLabel('To confirm, type').focus();
    await page.keyboard.type('example.com/microsoft365');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('look into the log of the edge under abc-1.').waitFor();
    await page.unroute('**/api/settings');
    await isFocused(page.getByRole('button', { name: 'Remove connector' }));
    await page.keyboard.press('Enter');
    const gone = page.getByRole('heading', { name: 'example.com/microsoft365 is removed' });
    await isFocused(gone);
    const title = 'example.com/microsoft365 is removed – example.com/microsoft365';
    await titleIs(page, `${title} – Presence connector`);
    await page.keyboard.press('Tab');
    await isFocused(page.getByRole('link', { name: 'All connectors' }));
    await context.close();
  });

  it('says that it failed, and lets it be tried again', async () => {
    const { page, context } = await open(site.adminToken);
    await page.route('**/api/settings', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    );
    await remove(page, 'example.com/microsoft365');
    await page.getByRole('alert').first().waitFor();
    expect(await site.other.get('/api/settings')).toBeTruthy();
    await page.unroute('**/api/settings');
    await remove(page, 'example.com/microsoft365');
    await page.getByRole('heading', { name: 'example.com/microsoft365 is removed' }).waitFor();
    await context.close();
  });
});
