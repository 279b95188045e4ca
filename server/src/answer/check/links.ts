/** Links that gateways write anew, to look at where they lead when somebody follows them: they lead on to what stands in them. */

const MOST_LETTERS = 4000;

/** Where a link leads in the end: of Microsoft's Safe Links and Proofpoint's URL Defense what they hold, else the link itself. */
export function unwrapped(target: string): string {
  if (target.length > MOST_LETTERS || !/^https:\/\//i.test(target)) return target;
  const url = URL.parse(target);
  if (url === null || url.username !== '' || url.port !== '') return target;
  if (/^[a-z0-9-]+\.safelinks\.protection\.outlook\.com$/.test(url.hostname)) {
    const held = url.searchParams.getAll('url');
    return held.length === 1 && url.pathname === '/' ? (held[0] ?? target) : target;
  }
  if (/^urldefense\.(?:com|us)$/.test(url.hostname))
    // A star stands for letters that are given behind; none of ours needs one.
    return /^\/v3\/__([^*]+?)\/?__;/.exec(url.pathname)?.[1] ?? target;
  return target;
}
