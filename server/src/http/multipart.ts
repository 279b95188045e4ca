/** A form with a file in it (RFC 7578), as browsers send it and not a byte otherwise. */
import { ForthrightError } from '@forthright/contract';

const MOST_PARTS = 10;
const MOST_HEADER_BYTES = 2048;

export type FormPart = Readonly<{ isFile: boolean; content: Buffer }>;

/** Parts by their name; of several with one name the last. Refuses as `body-malformed`. */
export function readMultipart(body: Buffer, contentType: string): ReadonlyMap<string, FormPart> {
  const boundary = /^multipart\/form-data\s*;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))\s*$/i.exec(
    contentType,
  );
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw malformed('says no boundary');
  const parts = new Map<string, FormPart>();
  const line = Buffer.from(`\r\n--${name}`);
  // The first line has nothing before it.
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  let at = whole.indexOf(line);
  if (at !== 0) throw malformed('does not begin with its boundary');
  for (let count = 0; ; count += 1) {
    at += line.length;
    if (whole.subarray(at, at + 2).toString('latin1') === '--') return parts;
    if (count === MOST_PARTS) throw malformed(`has more than ${MOST_PARTS} parts`);
    const next = whole.indexOf(line, at);
    if (next < 0 || whole.subarray(at, at + 2).toString('latin1') !== '\r\n') throw malformed('is cut off');
    const [field, part] = readPart(whole.subarray(at + 2, next));
    parts.set(field, part);
    at = next;
  }
}

function readPart(bytes: Buffer): readonly [string, FormPart] {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0 || end > MOST_HEADER_BYTES) throw malformed('has a part without a header');
  const header = bytes.subarray(0, end).toString('utf8');
  const said =
    /^content-disposition:\s*form-data\s*;\s*name="([^"\r\n]{1,100})"(\s*;\s*filename="[^\r\n]*")?\s*$/im.exec(
      header,
    );
  if (said?.[1] === undefined) throw malformed('has a part without a name');
  return [said[1], { isFile: said[2] !== undefined, content: bytes.subarray(end + 4) }];
}

const malformed = (what: string): ForthrightError =>
  new ForthrightError('body-malformed', `The form ${what}.`);
