import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROWSERS, CRAWLERS } from '../../../test/marketplace/agents.ts';
import { isCrawler } from './crawlers.ts';

describe('crawlers', () => {
  const programs = [
    ...CRAWLERS,
    'Googlebot',
    'Twitterbot/1.0',
    'bot',
    'curl/8.0',
    'Wget',
    'python-requests/2.0',
    'Go-http-client/1.1',
    'okhttp/4.9',
    'WhatsApp/2.23.20.0',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36',
  ];
  const others = [
    ...BROWSERS,
    '',
    'z',
    '-',
    '1',
    'ab',
    'App',
    'Browser/1',
    'MarlowApp/3.2',
    'My Shop App 3.2',
    'Mozilla/5.0',
    'Mozilla/5.0 (X11)',
    'x'.repeat(60),
    `${'x'.repeat(2000)} Googlebot`,
  ];
  for (const agent of programs) it(`${agent.slice(0, 60)} is one`, () => assert.ok(isCrawler(agent), agent));
  for (const agent of others)
    it(`"${agent.slice(0, 60)}" is none`, () => assert.ok(!isCrawler(agent), agent));
});
