import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isAttachmentPath } from './bundle.ts';
import { parseCheckpoint, treeHeadText } from './checkpoint.ts';
import { commitmentOf } from './commitment.ts';
import { RegisterError } from './errors.ts';
import { EMPTY_ROOT } from './hash.ts';
import { canonicalJson, decodeEntry, encodeEntry, type Json, valueAt } from './json.ts';
import { formatNote, makeVerifierKey, parseNote, parseVerifierKey, signedBy } from './note.ts';
import { decimal, fromBase64, hashFromBase64 } from './text.ts';
import { formatTlogProof, parseTlogProof } from './tlog-proof.ts';

/** The example of C2SP signed-note: a key, and a note that it verifies. */
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const CHECKPOINT = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

const refusal = (code: string) => (rawError: unknown) =>
  rawError instanceof RegisterError && rawError.code === code;

describe('signed notes', () => {
  test("the specification's example key verifies its example note", () => {
    const key = parseVerifierKey(VKEY, 'key');
    assert.equal(key.vkey, VKEY);
    assert.equal(signedBy(parseNote(NOTE, 'note'), key).kind, 'signed');
    assert.equal(formatNote(parseNote(NOTE, 'note')), NOTE);
  });

  test('a real tree head of the Go checksum database verifies (20,852,163 entries)', () => {
    const key = parseVerifierKey(
      'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
      'key',
    );
    const head = CHECKPOINT.replace(/^example.*/, 'go.sum database tree').replace(
      '— example.com/behind-the-sofa',
      '— sum.golang.org',
    );
    assert.equal(signedBy(parseNote(head, 'note'), key).kind, 'signed');
    assert.equal(signedBy(parseNote(head.replace('20852163', '20852164'), 'note'), key).kind, 'forged');
  });

  test('the id of a real witness is that of type 4 (transparency-dev/formats)', () => {
    const key = parseVerifierKey(
      'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
      'key',
    );
    assert.equal(key.type, 'cosignature');
  });

  test('a text in which one character is another is forged, and a stranger has not signed it', () => {
    const key = parseVerifierKey(VKEY, 'key');
    assert.equal(signedBy(parseNote(NOTE.replace('example m', 'exbmple m'), 'note'), key).kind, 'forged');
    const stranger = makeVerifierKey('example.com/foo', 'ed25519', new Uint8Array(32));
    assert.equal(signedBy(parseNote(NOTE, 'note'), stranger).kind, 'unsigned');
  });

  test('one bad signature of a known key spoils the note, beside a good one', () => {
    const key = parseVerifierKey(VKEY, 'key');
    const { text, signatures } = parseNote(NOTE, 'note');
    const bad = signatures.map((signature) => ({ ...signature, bytes: new Uint8Array(64) }));
    assert.equal(signedBy({ text, signatures: [...signatures, ...bad] }, key).kind, 'forged');
    const short = signatures.map((signature) => ({ ...signature, bytes: new Uint8Array(1) }));
    assert.equal(signedBy({ text, signatures: short }, key).kind, 'forged');
  });

  test('a key that is no point of the curve verifies nothing and throws nothing', () => {
    for (const byte of [0, 1, 2, 0xed, 0xff]) {
      const key = makeVerifierKey('example.com/foo', 'ed25519', new Uint8Array(32).fill(byte));
      const { text } = parseNote(NOTE, 'note');
      const signatures = [{ name: key.name, keyId: key.keyId, bytes: new Uint8Array(64).fill(byte) }];
      assert.notEqual(signedBy({ text: `${text}${byte}\n`, signatures }, key).kind, 'unsigned');
    }
  });

  test('the text ends at the last empty line', () => {
    const note = NOTE.replace('message.', 'message.\n\n— no.signature AAAA\n\nmore');
    assert.ok(parseNote(note, 'note').text.endsWith('\n\nmore\n'));
  });

  const BAD_NOTES: readonly (readonly [string, string])[] = [
    ['no signatures', 'text\n'],
    ['no newline at the end', NOTE.slice(0, -1)],
    ['trailing data', `${NOTE}x\n`],
    ['an empty line at the end', `${NOTE}\n`],
    ['carriage returns', NOTE.replaceAll('\n', '\r\n')],
    ['a tab in the text', NOTE.replace('an example', 'an\texample')],
    ['a hyphen for the dash', NOTE.replace('—', '-')],
    ['two spaces', NOTE.replace('— ', '—  ')],
    ['a plus in the name', NOTE.replace('.com/foo', '.com+foo')],
    ['base64 without padding', NOTE.replace('=\n', '\n')],
    ['base64 with idle bits', NOTE.replace('M=\n', 'N=\n')],
    ['base64 for URLs', NOTE.replace('foo Uw2Q', 'foo Uw-_')],
    ['a signature of four bytes', NOTE.replace(/foo .*/, 'foo Uw2QOg==')],
    ['65 signatures', NOTE + (NOTE.split('\n')[2] ?? '').concat('\n').repeat(64)],
    ['more than 256 KiB', `${'x'.repeat(300_000)}${NOTE}`],
    ['half a character', NOTE.replace('an example', '\ud800')],
  ];
  for (const [name, note] of BAD_NOTES) {
    test(`refused: ${name}`, () => {
      assert.throws(() => parseNote(note, 'note'), RegisterError);
    });
  }

  test('a verifier key is refused when its id, type, length or form is wrong', () => {
    for (const bad of [
      VKEY.replace('530d903a', '530d903b'),
      VKEY.replace('+AeK', '+AuK').replace('Aeky', 'Auky'),
      VKEY.replace('example.com/foo', 'example.com/fop'),
      VKEY.slice(0, -4),
      'example.com/foo',
      '+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
      `${VKEY}+`,
      'x'.repeat(5000),
    ]) {
      assert.throws(() => parseVerifierKey(bad, 'key'), RegisterError, bad);
    }
  });
});

describe('checkpoints', () => {
  test("the specification's example is read, and its text is written the same", () => {
    const checkpoint = parseCheckpoint(CHECKPOINT, 'checkpoint');
    assert.equal(checkpoint.size, 20_852_163);
    assert.equal(treeHeadText(checkpoint), checkpoint.note.text);
  });

  test('an extension line is permitted, an empty one is not', () => {
    const extended = CHECKPOINT.replace('q2I=\n', 'q2I=\nextension\n');
    assert.equal(parseCheckpoint(extended, 'checkpoint').size, 20_852_163);
    assert.throws(() => parseCheckpoint(CHECKPOINT.replace('q2I=\n', 'q2I=\n\nx\n'), 'c'), RegisterError);
  });

  for (const size of [
    '020852163',
    '-1',
    '1e3',
    '9007199254740992',
    '99999999999999999999',
    '',
    ' 1',
    '0x10',
    '٣',
  ]) {
    test(`refused: a size of "${size}"`, () => {
      assert.throws(() => parseCheckpoint(CHECKPOINT.replace('20852163', size), 'c'), RegisterError);
    });
  }

  test('an empty tree has the root of an empty tree', () => {
    assert.throws(
      () => parseCheckpoint(CHECKPOINT.replace('20852163', '0'), 'c'),
      refusal('checkpoint-invalid'),
    );
    const empty = CHECKPOINT.replace('20852163', '0').replace(
      'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
      Buffer.from(EMPTY_ROOT).toString('base64'),
    );
    assert.equal(parseCheckpoint(empty, 'c').size, 0);
  });
});

describe('tlog-proof files', () => {
  const proof = [EMPTY_ROOT, EMPTY_ROOT];

  test('what is written is read, with extra data and without', () => {
    for (const extra of [undefined, Buffer.from('x')]) {
      const written = formatTlogProof({ index: 7, proof, checkpoint: CHECKPOINT, ...(extra && { extra }) });
      assert.match(written, /^c2sp\.org\/tlog-proof@v1\n(extra eA==\n)?index 7\n47DEQ/);
      const read = parseTlogProof(written, 'p');
      assert.equal(read.index, 7);
      assert.equal(read.proof.length, 2);
      assert.equal(read.checkpoint.raw, CHECKPOINT);
      assert.equal(read.extra?.toString(), extra?.toString());
    }
  });

  test('other first lines, a missing index, 64 hashes and short hashes are refused', () => {
    const good = formatTlogProof({ index: 0, proof, checkpoint: CHECKPOINT });
    for (const bad of [
      good.replace('@v1', '@v2'),
      good.replace('index 0\n', ''),
      good.replace('index 0', 'index 00'),
      good.replace('index 0', 'extra !\nindex 0'),
      good.replace('47DE', '7DE'),
      formatTlogProof({ index: 0, proof: Array(64).fill(EMPTY_ROOT), checkpoint: CHECKPOINT }),
      good.slice(0, 30),
      '',
    ]) {
      assert.throws(() => parseTlogProof(bad, 'p'), RegisterError, bad);
    }
  });
});

describe('commitments', () => {
  const salt = Buffer.alloc(32, 7);
  const value = Buffer.from('ada@people.example');

  test('are what an independent program computes', () => {
    // python3: hashlib.sha256(b'forthright-register/commitment/v1\n' + b'\7'*32 + (5).to_bytes(8,'big') + b'email'
    //   + (18).to_bytes(8,'big') + b'ada@people.example')
    assert.equal(
      commitmentOf({ salt, label: 'email', value }),
      'commitment/v1:5qVaaxW1NxVz6thinsXJASAnkaTH4hd2/ezakz1hRd4=',
    );
  });

  test('of equal values under two salts have nothing in common', () => {
    const other = commitmentOf({ salt: Buffer.alloc(32, 8), label: 'email', value });
    assert.notEqual(commitmentOf({ salt, label: 'email', value }), other);
  });

  test('no shift of bytes between label and value gives the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (label, text, anyCut) => {
        fc.pre(label.isWellFormed() && text.isWellFormed());
        const both = label + text;
        const cut = anyCut % (both.length + 1);
        const [a, b] = [both.slice(0, cut), both.slice(cut)];
        fc.pre(a !== label && a.isWellFormed() && b.isWellFormed());
        const one = commitmentOf({ salt, label, value: Buffer.from(text) });
        assert.notEqual(one, commitmentOf({ salt, label: a, value: Buffer.from(b) }));
      }),
    );
  });

  test('a salt of another length is refused', () => {
    for (const bytes of [0, 16, 31, 33]) {
      assert.throws(
        () => commitmentOf({ salt: new Uint8Array(bytes), label: '', value }),
        refusal('malformed'),
      );
    }
  });
});

describe('entries', () => {
  test('the same statement always has the same bytes, and comes back', () => {
    const json = fc.jsonValue({ maxDepth: 6 }).filter((v) => JSON.stringify(v).isWellFormed());
    fc.assert(
      fc.property(json, (value) => {
        const bytes = encodeEntry(value as Json);
        assert.equal(canonicalJson(decodeEntry(bytes, 'e')), canonicalJson(value as Json));
      }),
    );
    assert.equal(
      canonicalJson({ b: [1e21, 0.1, -0], a: { '10': 'é', '2': null } }),
      '{"a":{"10":"é","2":null},"b":[1e+21,0.1,0]}',
    );
  });

  test('JSON with spaces, keys twice or out of order, or other numbers is refused', () => {
    for (const text of [
      '{"a": 1}',
      '{"a":1,"a":1}',
      '{"b":1,"a":1}',
      '[1.0]',
      '["\\u0041"]',
      '{"a":1}\n',
      '[-0]',
      '\ufeff{}',
    ]) {
      assert.throws(() => decodeEntry(Buffer.from(text), 'e'), RegisterError, text);
    }
    assert.throws(() => decodeEntry(Uint8Array.of(0x22, 0xff, 0x22), 'e'), refusal('not-canonical'));
  });

  test('deep nesting, half characters and sizes past the cap are refused', () => {
    assert.throws(
      () => decodeEntry(Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)), 'e'),
      refusal('malformed'),
    );
    assert.throws(() => encodeEntry('\ud800'), refusal('malformed'));
    assert.throws(() => encodeEntry(Number.NaN), refusal('malformed'));
    assert.throws(() => encodeEntry('x'.repeat(65_534)), refusal('entry-refused'));
    assert.equal(encodeEntry('x'.repeat(65_533)).length, 65_535);
  });

  test('a pointer finds what RFC 6901 says, and nothing that is inherited', () => {
    const document = { 'a/b': [{ 'm~n': 1 }], '': 2 } as const;
    assert.equal(valueAt(document, '/a~1b/0/m~0n'), 1);
    assert.equal(valueAt(document, '/'), 2);
    assert.equal(valueAt(document, ''), document);
    for (const pointer of [
      'a',
      '/a~1b/00',
      '/a~1b/-',
      '/a~1b/length',
      '/constructor',
      '/__proto__',
      '/~2',
      '/a~1b/1',
    ]) {
      assert.equal(valueAt(document, pointer), undefined, pointer);
    }
  });
});

describe('small parsers', () => {
  test('base64 has one form', () => {
    for (const bad of ['AA', 'AA=', 'AB==', 'AA==\n', ' AA==', 'A A==', 'AA==AA==', '-_==']) {
      assert.throws(() => fromBase64(bad, 'x'), refusal('malformed'), bad);
    }
    assert.throws(() => hashFromBase64('AAAA', 'x'), refusal('malformed'));
    assert.equal(decimal('9007199254740991', 'x'), Number.MAX_SAFE_INTEGER);
  });

  test('paths lead nowhere but below attachments', () => {
    for (const good of [
      'attachments/a',
      'attachments/2025/page 1.txt',
      'attachments/é.pdf',
      'attachments/a..b',
    ]) {
      assert.ok(isAttachmentPath(good), good);
    }
    const bad =
      'a /etc/passwd attachments attachments/ attachments/../x attachments/./x attachments//x attachments/.. attachments/a\\b ' +
      'attachments/C:x attachments/nul attachments/COM1.txt attachments/a. bundle.json attachments/x/ ATTACHMENTS/x';
    const more = [
      'attachments/a\0',
      'attachments/ a',
      'attachments/a\n',
      'attachments/\u202ea',
      `attachments/${'x'.repeat(201)}`,
    ];
    for (const path of [...bad.split(' '), ...more]) assert.ok(!isAttachmentPath(path), path);
  });
});
