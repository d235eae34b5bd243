import { expect, it } from 'vitest';
import { rewriteLinks } from '../../server/pipeline/page-links.ts';
import { rewriteLink } from '../../server/pipeline/proxied-answer.ts';

const PREFIX = '/api/v1/namespaces/a/pods/p/proxy';
const PASSAGE = { prefix: PREFIX, origin: '10.1.1.1:80', host: 'api:6443' };

/** What Go's tokenizer and rewriting made of these pages, with `^` for the prefix. */
it.each([
  ['<a href="/rewriteme">test</a>', '<a href="^/rewriteme">test</a>'],
  ['<A HREF=/x Class=y>t</A>', '<a href="^/x" class="y">t</A>'],
  [`<img src='/a.png' alt="x'y"/>`, '<img src="^/a.png" alt="x&#39;y"/>'],
  ['<a href="http://10.1.1.1:80/q?a=1&amp;b=2#f">x</a>', '<a href="^/q?a=1&amp;b=2#f">x</a>'],
  ['<a href="http://api:6443/q">x</a>', '<a href="http://api:6443^/q">x</a>'],
  ['<a href="https://other/q">x</a>', '<a href="https://other/q">x</a>'],
  ['<a href="rel/x">x</a><a href="?q">x</a>', '<a href="rel/x">x</a><a href="?q">x</a>'],
  [`<script>"<a href='/x'>"</script><a href=/y>z</a>`, `<script>"<a href='/x'>"</script><a href="^/y">z</a>`],
  ['<!-- <a href="/x"> --><!DOCTYPE html><p>1 < 2</p>', '<!-- <a href="/x"> --><!DOCTYPE html><p>1 < 2</p>'],
  [
    '<form action="/go"><input formaction=/z disabled></form>',
    '<form action="^/go"><input formaction="^/z" disabled=""></form>',
  ],
  ['<a href="/a/../b//c/">x</a>', '<a href="^/b/c/">x</a>'],
  [`<a href="${PREFIX}/x">x</a>`, '<a href="^/x">x</a>'],
  ['<a href = "/sp ace" data-x>é</a>', '<a href="^/sp%20ace" data-x="">é</a>'],
  ['<a href="/x"href="/y">z</a>', '<a href="^/x">z</a>'],
  ['<title><a href="/x"></title><br/>', '<title><a href="/x"></title><br/>'],
  ['<a href=mailto:me@x>m</a>', '<a href="mailto:me@x">m</a>'],
])('%s', (page, wanted) => {
  const bytes = Buffer.from(page).toString('latin1');
  const written = rewriteLinks(bytes, (link) => rewriteLink(link, PASSAGE));
  expect(Buffer.from(written, 'latin1').toString()).toBe(wanted.replaceAll('^', PREFIX));
});

it.each([
  ['/x/', '^/x/'],
  ['rel', 'rel'],
  ['http://10.1.1.1:80/z', '^/z'],
  ['//10.1.1.1:80/z', '^/z'],
  ['http://api:6443/z', 'http://api:6443^/z'],
  ['https://else/z', 'https://else/z'],
  ['/', '^/'],
  ['/x?y=1#z', '^/x?y=1#z'],
])('a redirect to %s', (location, wanted) => {
  expect(rewriteLink(location, PASSAGE)).toBe(wanted.replaceAll('^', PREFIX));
});

it('a tag that never ends stays as it is', () => {
  expect(rewriteLinks('<p>a</p><a href="/x" b', () => 'no')).toBe('<p>a</p><a href="/x" b');
});
