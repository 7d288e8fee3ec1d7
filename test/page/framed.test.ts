// The admin page inside a page of somebody else, as myApps shows it: where FRAME_ANCESTORS allows that,
// and only there.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsFor } from '../sim/laboratory.ts';
import { CHROMIUM, openWindow, startBrowser } from './browser.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
let browser: Browser;
/** Two portals, each around whatever its query names. The edge knows the first one. */
let allowed: Portal;
let stranger: Portal;

describe.skipIf(!CHROMIUM)('the page in a frame of another origin', () => {
  beforeAll(async () => {
    [allowed, stranger, browser] = await Promise.all([portal(), portal(), startBrowser()]);
    site = await startSite({ FRAME_ANCESTORS: allowed.origin });
    await site.other.send('PUT', '/api/settings', settingsFor(site.lab));
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    for (const one of [allowed, stranger]) one?.server.close();
  });

  it('signs in, stays signed in, and works', async () => {
    const { page, context, faults } = await openWindow(browser, site.origin, {
      framedBy: allowed.origin,
    });
    await page.goto(allowed.around(`${site.connectorUrl}/admin`));
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Admin token').fill(site.adminToken);
    await frame.getByRole('button', { name: 'Sign in', exact: true }).click();
    await frame.getByRole('heading', { level: 2, name: 'Overview' }).waitFor();
    await frame.locator('[data-live=up]').waitFor();
    await page.reload();
    await frame.getByRole('heading', { level: 2, name: 'Overview' }).waitFor();
    // A write, with its proof.
    await frame.getByRole('link', { name: 'Agents' }).click();
    await frame.getByRole('button', { name: 'New enrolment code' }).click();
    await frame.getByText(/Valid once, until/).waitFor();
    await frame.getByRole('button', { name: 'Copy' }).click();
    await frame.getByRole('button', { name: 'Copied' }).waitFor();
    // Kept apart for each page around it, and unknown without one.
    await page.goto(`${site.connectorUrl}/admin`);
    await page.getByRole('heading', { level: 2, name: 'Sign in' }).waitFor();
    expect(await faults()).toEqual([]);
    await context.close();
  });

  it('is not shown to a stranger', async () => {
    const { page, context, faults } = await openWindow(browser, site.origin, {
      framedBy: stranger.origin,
    });
    await page.goto(stranger.around(`${site.connectorUrl}/admin`));
    await expect.poll(async () => (await faults()).join()).toContain('frame-ancestors');
    expect(await page.frameLocator('iframe').getByLabel('Admin token').count()).toBe(0);
    await context.close();
  });
});

interface Portal {
  origin: string;
  around(url: string): string;
  server: Server;
}

/** By name, so that it is another site than the edge, which is reached by address. */
async function portal(): Promise<Portal> {
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '', 'http://localhost').searchParams.get('url') ?? '';
    answer.setHeader('content-type', 'text/html');
    answer.end(
      `<!doctype html><link rel="icon" href="data:,"><title>Portal</title>
       <iframe src="${url}" title="app" width="1200" height="800" allow="clipboard-write"></iframe>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { origin, server, around: (url) => `${origin}/?${new URLSearchParams({ url })}` };
}
