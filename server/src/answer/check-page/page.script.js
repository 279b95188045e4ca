// A code is checked here, by our public files; a whole message by our server. All that is shown is put in as text.
import { normalisedAddress } from './codes/address.js';
import { checkCode } from './codes/check.js';
import { groupsOf, readCode, tagOf } from './codes/code.js';
import { bitsFor, commitmentInput, pathOfPrefix, prefixOf } from './codes/commitment.js';
import { markedText } from './codes/marks.js';

const texts = JSON.parse(document.getElementById('texts').textContent);
const result = document.getElementById('result');

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));

/** What `answer.json` says of the batch; nothing when it contradicts the register's entry that stands beside. */
function statedBatch({ tag, size, root, entry }) {
  if (entry === undefined) return undefined;
  const { facts } = JSON.parse(entry);
  return facts.batch === tag && facts.leaves === size && facts.root === root
    ? { tag, size, root: bytesOfHex(root) }
    : undefined;
}

/** Sends nothing but the address of a file that many codes share. */
async function codeSentTo(rawCode, rawAddress) {
  const read = readCode(rawCode);
  const address = normalisedAddress(rawAddress);
  if (read.kind !== 'code' || address === undefined) return { is: 'code-mistyped' };
  const { code } = read;
  const shown = groupsOf(code);
  const published = await fetch('../answer.json', { cache: 'no-cache' });
  if (!published.ok) return { is: 'no-proof', code: shown };
  const { batches } = await published.json();
  const found = batches.find(({ tag }) => tag === tagOf(code));
  if (found === undefined) return { is: 'code-of-no-batch', code: shown };
  const batch = statedBatch(found);
  if (batch === undefined) return { is: 'no-proof', code: shown };
  const bits = bitsFor(batch.size);
  const prefix = prefixOf(await sha256(commitmentInput(address, code)), bits);
  const answer = await fetch(`../batches/${batch.tag}/${pathOfPrefix(prefix, bits)}`);
  if (!answer.ok) return { is: 'no-proof', code: shown };
  const file = new Uint8Array(await answer.arrayBuffer());
  const { kind } = await checkCode(file, { batch, address, code }, sha256);
  const is = { sent: 'sent-to-this-address', 'not sent': 'not-sent-to-this-address' }[kind] ?? 'no-proof';
  return { is, code: shown, isShown: found.proof !== undefined };
}

const element = (name, children = [], className = '') => {
  const made = document.createElement(name);
  made.append(...children);
  if (className !== '') made.className = className;
  return made;
};

function show(tone, title, parts) {
  const heading = element('h2', [`${texts.signs[tone]} ${title}`]);
  result.replaceChildren(element('section', [heading, ...parts], `verdict ${tone}`));
  result.focus();
}

const partOf = (heading, body) => [element('h3', [texts[heading]]), body];

function showCode({ is, code, isShown }) {
  const reasons = [texts[`reason.${is}`], ...(isShown === false ? [texts['reason.batch-not-shown']] : [])];
  show(texts.codeTones[is], code ?? texts.code, [
    ...partOf(
      'heading.checked',
      element(
        'ul',
        reasons.map((text) => element('li', [text])),
      ),
    ),
    ...partOf('heading.next', element('p', [texts[`codenext.${is}`]])),
  ]);
}

const markOf = ({ is, text }) =>
  element('mark', [`⚠ ${text} `, element('small', [`(${texts[`mark.${is}`]}: ${texts['not-ours']})`])]);

function differenceOf({ where, ours, theirs, marks }) {
  const { pieces, rest } = markedText(theirs, marks);
  const nothing = () => element('i', [texts.nothing]);
  return [
    element('h4', [texts[`where.${where}`]]),
    element('p', [texts.ours]),
    element('p', [ours === '' ? nothing() : ours], 'words'),
    element('p', [texts.theirs]),
    element(
      'p',
      theirs === ''
        ? [nothing()]
        : pieces.map((piece) => (piece.is === undefined ? piece.text : markOf(piece))),
      'words',
    ),
    ...(rest.length === 0
      ? []
      : [
          element(
            'ul',
            rest.map((one) => element('li', [markOf(one)])),
          ),
        ]),
  ];
}

function showMessage({ verdict, reasons, differences }) {
  const list = element(
    'ul',
    reasons.map(({ is }) => element('li', [texts[`reason.${is}`]])),
  );
  show(texts.tones[verdict], texts[`verdict.${verdict}`], [
    ...partOf('heading.checked', list),
    ...partOf('heading.next', element('p', [texts[`next.${verdict}`]])),
    ...(differences.length === 0 ? [] : [element('h3', [texts['heading.differences']])]),
    ...differences.flatMap(differenceOf),
  ]);
}

async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

async function checkMessage(form) {
  const { address, text, eml } = form.elements;
  const [file] = eml.files;
  if (file === undefined && text.value.trim() === '') {
    text.focus();
    return;
  }
  const said = file === undefined ? { text: text.value } : { eml: await base64Of(file) };
  const answer = await fetch('/api/check-message', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address: address.value, ...said }),
  }).catch(() => undefined);
  if (answer?.ok) showMessage(await answer.json());
  else if (answer?.status === 429) show('unsure', texts['too-many'], []);
  else if (answer === undefined || answer.status === 404 || answer.status === 405)
    show('unsure', texts['no-server'], []);
  else show('unsure', texts.failed, []);
}

/** One check at a time; what goes wrong is said, and never a verdict. */
function answering(id, check) {
  const form = document.getElementById(id);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    result.replaceChildren(element('p', [texts.checking]));
    try {
      await check(form);
    } catch {
      show('unsure', texts.failed, []);
    } finally {
      button.disabled = false;
    }
  });
}

// Where the browser has no WebCrypto (a page that is not https), the form goes to the server, as it says.
if (globalThis.crypto?.subtle !== undefined) {
  document.getElementById('sent').textContent = texts['sent.code'];
  answering('by-code', async ({ elements: { code, address } }) =>
    showCode(await codeSentTo(code.value, address.value)),
  );
}
answering('by-message', checkMessage);
