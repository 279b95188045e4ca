/**
 * Makes `docs/codes.vectors.json`, by which others can hold their own check against ours:
 * `node server/src/prove/codes/vectors.ts > docs/codes.vectors.json`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalisedAddress } from './address.ts';
import { groupsOf, readCode } from './code.ts';
import { commitmentInput, pathOfPrefix, prefixOf, VERSION } from './commitment.ts';
import { addressOf, batchOf, commitmentOf, sentTo, sha256 } from './testing.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const TYPED = ['7kq', '7KQ4 HCMX', '7KQ4-HCMX0-AAAAA-AAAAA', 'u', ''];
const ADDRESSES = [
  ' Ada@Shop.Example',
  'ada@shop.example.',
  'Ada+Tag@Shop.Example',
  'ada@bücher.example',
  'A\u0308da@shop.example',
  '"a@b"@shop.example',
  'ada',
  'ada@',
  'ada@a b',
  'a\nb@shop.example',
];
const SIZES = [0, 1, 5, 1500];
/** Small enough to be read, and each of another kind. */
const SHOWN_SIZES = [0, 1, 5];

async function vectors(): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'forthright-vectors-'));
  try {
    const one = sentTo('7KQ', 0);
    const typed = [groupsOf(one.code), groupsOf(one.code).toLowerCase().replaceAll('0', 'o'), ...TYPED];
    const batches = [];
    for (const size of SIZES) {
      const at = join(folder, String(size));
      const { root, bits, fileBytes, tag } = await batchOf(size, at);
      const lookUps = [
        ...(size > 0 ? [{ ...sentTo(tag, 0), expect: 'sent' }] : []),
        ...(size > 1
          ? [{ code: sentTo(tag, 0).code, address: addressOf(1), expect: 'not sent', why: 'a replay' }]
          : []),
        { ...sentTo(tag, size), expect: 'not sent', why: 'no such code' },
      ];
      const checks = [];
      for (const { code, address, expect, ...more } of lookUps) {
        const commitment = commitmentOf({ code, address });
        const path = pathOfPrefix(prefixOf(commitment, bits), bits);
        const file = await readFile(join(at, path));
        checks.push({
          code,
          address,
          commitment: hex(commitment),
          path,
          expect,
          ...('bodyHash' in more && expect === 'sent' ? { bodyHash: hex(more.bodyHash) } : {}),
          ...('why' in more ? { why: more.why } : {}),
          fileSha256: hex(sha256(file)),
          ...(SHOWN_SIZES.includes(size) ? { file: file.toString('base64') } : {}),
        });
      }
      batches.push({ tag, size, root: hex(root), bits, fileBytes, checks });
    }
    return {
      version: VERSION,
      codes: typed.map((text) => ({ typed: text, read: readCode(text) })),
      addresses: ADDRESSES.map((text) => ({ typed: text, normalised: normalisedAddress(text) ?? null })),
      commitment: {
        address: one.address,
        code: one.code,
        input: hex(commitmentInput(one.address, one.code)),
        commitment: hex(commitmentOf(one)),
      },
      batches,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of the file. */
export const vectorsText = async (): Promise<string> => `${JSON.stringify(await vectors(), null, 2)}\n`;

if (import.meta.main) process.stdout.write(await vectorsText());
