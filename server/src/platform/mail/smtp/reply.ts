/**
 * Replies of an SMTP server (RFC 5321, 4.2), read strictly: what is not a reply is never taken for one, since a wrong
 * reading says "accepted" of a message that nobody has.
 */

export type Reply = Readonly<{
  /** 200 to 599. */
  code: number;
  /** RFC 3463, such as `5.1.1`, where the first line has one. */
  enhanced?: string;
  /** All lines, joined by line feeds, without control characters. At most 1,000 characters. */
  text: string;
}>;

/** The server said something that is no reply. */
export class Garbage extends Error {}

const MOST_LINE = 2_048;
const MOST_LINES = 128;
const MOST_TEXT = 1_000;
const LINE = /^([2-5][0-5]\d)(?:([ -])(.*))?$/;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are taken out
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Takes pieces of the stream, gives whole replies. Throws `Garbage`; after that nothing may be read any more. */
export class ReplyReader {
  #rest = '';
  #lines: string[] = [];
  #code = '';

  push(piece: Buffer): Reply[] {
    const replies: Reply[] = [];
    // Read as octets, so that a character that is cut between two pieces is whole again when its line is.
    const stream = this.#rest + piece.toString('latin1');
    let from = 0;
    for (let at = stream.indexOf('\n'); at >= 0; at = stream.indexOf('\n', from)) {
      if (stream[at - 1] !== '\r' || at === from) throw new Garbage('a line that does not end with CR LF');
      const reply = this.#line(stream.slice(from, at - 1));
      if (reply !== undefined) replies.push(reply);
      from = at + 1;
    }
    this.#rest = stream.slice(from);
    if (this.#rest.length > MOST_LINE) throw new Garbage('a line without an end');
    return replies;
  }

  /** Whether nothing is left over: no half line, no half reply. */
  get isEmpty(): boolean {
    return this.#rest === '' && this.#lines.length === 0;
  }

  #line(line: string): Reply | undefined {
    if (line.length > MOST_LINE) throw new Garbage('a line that is too long');
    const [, code = '', sign = ' ', text = ''] = LINE.exec(line) ?? [];
    if (code === '' || line.includes('\r')) throw new Garbage(`no reply: ${shown(line).slice(0, 100)}`);
    if (this.#lines.length > 0 && code !== this.#code) throw new Garbage('lines of one reply with two codes');
    if (this.#lines.length >= MOST_LINES) throw new Garbage('a reply without an end');
    this.#code = code;
    this.#lines.push(shown(text));
    if (sign === '-') return undefined;
    const lines = this.#lines;
    this.#lines = [];
    const enhanced = ENHANCED.exec(lines[0] ?? '')?.[1];
    const isFitting = enhanced?.[0] === code[0];
    return {
      code: Number(code),
      ...(enhanced !== undefined && isFitting && { enhanced }),
      text: lines.join('\n').slice(0, MOST_TEXT).toWellFormed(),
    };
  }
}

const shown = (octets: string): string =>
  Buffer.from(octets, 'latin1').toString('utf8').replace(CONTROL, ' ');
