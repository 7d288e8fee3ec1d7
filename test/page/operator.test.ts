// What the operator does with many connectors, and what a customer sees who was given a token of one.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsFor } from '../sim/laboratory.ts';
import { copied, titleIs } from './awaited.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
let browser: Browser;
let operator: Window;
let page: Page;

describe.skipIf(!CHROMIUM)('the operator', () => {
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startBrowser()]);
    await site.other.send('PUT', '/api/settings', settingsFor(site.lab));
    operator = await openWindow(browser, site.origin);
    page = operator.page;
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const heading = (name: string, at = page) => at.getByRole('heading', { level: 2, name });
  async function signIn(at: Page, token: string) {
    await at.getByLabel('Admin token').fill(token);
    await at.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  it('signs in at the root and sees every connector with what to do there', async () => {
    await page.goto(`${site.origin}/admin`);
    await heading('Sign in').waitFor();
    await signIn(page, site.adminToken);
    await heading('All connectors').waitFor();
    await titleIs(page, 'All connectors – Presence connector');
    const row = page.getByRole('listitem').filter({ hasText: 'example.com/microsoft365' });
    await row.getByText('There is no Teams account').waitFor();
    await row.getByText('Add a Teams account, or choose polling').waitFor();
  });

  it('goes to a connector without signing in again, and back', async () => {
    await page.getByRole('link', { name: 'example.com/microsoft365' }).click();
    await heading('Overview').waitFor();
    await titleIs(page, 'Overview – example.com/microsoft365 – Presence connector');
    await page.locator('[data-live=up]').waitFor();
    await page.getByRole('link', { name: 'All connectors' }).click();
    await heading('All connectors').waitFor();
  });

  it('goes to the page of a new connector, if it can be one', async () => {
    await page.getByLabel('Domain').fill('not a domain');
    await page.getByRole('button', { name: 'Go to its page' }).click();
    await page.getByRole('alert').getByText('The domain is like example.com').waitFor();
    await page.getByLabel('Domain').fill('New.example');
    await page.getByLabel('Instance').fill('phones');
    await page.getByRole('button', { name: 'Go to its page' }).click();
    await heading('Setup').waitFor();
    expect(new URL(page.url()).pathname).toBe('/new.example/phones/admin');
  });

  let token: string;

  it('issues a token, which is shown this once', async () => {
    await page.goto(`${site.connectorUrl}/admin#access`);
    await page.getByText('No token has been issued').waitFor();
    await page.getByLabel('Name (optional)').fill('Example Ltd.');
    await page.getByRole('button', { name: 'Issue token' }).click();
    token = await copied(page, () => page.getByRole('button', { name: 'Copy' }).click());
    expect(token).toMatch(/^pct\./);
    await page.getByRole('button', { name: 'Revoke the token Example Ltd.' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Token issued' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Revoke the token Example Ltd.' }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  it('sees who changed what: names, never values', async () => {
    const created = page.getByRole('row').filter({ hasText: 'Connector created' });
    await created.getByText('Master PBX, Notification URL').waitFor();
    await created.getByText('Operator').waitFor();
    expect(await page.content()).not.toContain(site.lab.microsoft.clientSecret);
  });

  it('turns a customer out at once by revoking their token', async () => {
    const customer = await openWindow(browser, site.origin);
    const at = customer.page;
    await at.goto(`${site.connectorUrl}/admin#access`);
    await signIn(at, token);
    await heading('Access', at).waitFor();
    await at.getByRole('row').filter({ hasText: 'Connector created' }).waitFor();
    // Not theirs: to issue tokens, and to see others.
    expect(await at.getByText('Issue a token').count()).toBe(0);
    expect(await at.getByRole('link', { name: 'All connectors' }).count()).toBe(0);
    await at.getByRole('link', { name: 'Overview' }).click();
    await at.locator('[data-live=up]').waitFor();

    await page.getByRole('button', { name: 'Revoke the token Example Ltd.' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No token has been issued').waitFor();
    // The stream ends, and the next one is refused: nobody has to click for that.
    await at.getByText('Your session has ended.').waitFor();
    await signIn(at, token);
    await at.getByText('This token is not valid.').waitFor();
    expect(await customer.faults()).toEqual([]);
    await customer.context.close();
  });

  it('is told at the root that a token of one connector is not enough', async () => {
    const issued = await site.other.send<{ token: string }>('POST', '/api/tokens', {});
    const customer = await openWindow(browser, site.origin);
    await customer.page.goto(`${site.origin}/admin`);
    await signIn(customer.page, issued.token);
    await customer.page.getByText('Here only the ADMIN_TOKEN is valid.').waitFor();
    await customer.page.goto(`${site.connectorUrl}/admin`);
    await signIn(customer.page, issued.token);
    await heading('Overview', customer.page).waitFor();
    await customer.page.goto(`${site.origin}/admin`);
    await customer.page.getByText('You are signed in to one connector').waitFor();
    await customer.context.close();
  });

  it('broke no rule of its own in all of that', async () => {
    expect(await operator.faults()).toEqual([]);
  });
});
