/**
 * One connection to one server. Commands are pipelined where the server can (RFC 2920): the envelope in one write, and
 * the end of a message together with the next one's envelope, so a message costs one round trip.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { domainToUnicode } from 'node:url';
import type { Mail } from '../message.ts';
import { Garbage, type Reply, ReplyReader } from './reply.ts';
import type { Outgoing, Stage, Target, Timeouts } from './types.ts';

/** The connection ended, or what came over it can't be trusted. `reply` is what the server said about it, if anything. */
export class Lost extends Error {
  readonly reply: Reply | undefined;
  constructor(why: string, reply?: Reply) {
    super(why);
    this.reply = reply;
  }
}

/** What a server thinks of an envelope; `no` is about this message alone. */
export type Envelope =
  | Readonly<{ go: true }>
  | Readonly<{ go: false; stage: Stage; why: string; reply?: Reply }>;

type Waiter = { ms: number; resolve: (reply: Reply) => void; reject: (lost: Lost) => void };

/** Longer bodies are written before their end is, so that a connection that breaks within leaves no doubt. */
const MOST_IN_ONE_WRITE = 64 * 1024;
const END = Buffer.from('\r\n.\r\n');
const END_AFTER_BREAK = END.subarray(2);
const SERVER_CLOSES = 421;

export class SmtpConnection {
  readonly target: Target;
  readonly #timeouts: Timeouts;
  readonly #waiters: Waiter[] = [];
  #socket: Socket;
  #reader = new ReplyReader();
  #extensions = new Map<string, string>();
  #lost: Lost | undefined;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #watch: NodeJS.Timeout;
  #needsReset = false;
  #written = 0;

  private constructor(target: Target, timeouts: Timeouts) {
    this.target = target;
    this.#timeouts = timeouts;
    const { host, port, security } = target;
    this.#socket = security === 'tls' ? connectTls(this.#tls()) : connect({ host, port });
    this.#listen();
    const soonest = Math.min(...Object.values(timeouts));
    this.#watch = setInterval(() => this.#look(), Math.max(5, Math.min(1000, soonest / 4)));
    this.#watch.unref();
  }

  /** Greets the server, by TLS and with a name and password where the target says so. Throws `Lost`. */
  static async open(target: Target, helo: string, timeouts: Timeouts): Promise<SmtpConnection> {
    const connection = new SmtpConnection(target, timeouts);
    try {
      await connection.#begin(helo);
      return connection;
    } catch (error) {
      const lost = error instanceof Lost ? error : new Lost(String(error));
      connection.#lose(lost);
      throw lost;
    }
  }

  #tls() {
    const { host, port, verifies, ca } = this.target;
    const isName = !/^[\d.]+$|:/.test(host);
    return {
      host,
      port,
      rejectUnauthorized: verifies,
      ...(ca !== undefined && { ca }),
      ...(isName && { servername: host }),
    };
  }

  async #begin(helo: string): Promise<void> {
    this.#deadlineMs = performance.now() + this.#timeouts.connect;
    await new Promise<void>((resolve, reject) => {
      const isTls = this.target.security === 'tls';
      this.#socket.once(isTls ? 'secureConnect' : 'connect', resolve);
      this.#socket.once('close', () => reject(this.#lost ?? new Lost('the connection was closed')));
    });
    let isSecure = this.target.security === 'tls';
    must(220, await this.#expect(this.#timeouts.greeting), 'greeting');
    await this.#hello(helo);
    if (!isSecure && this.#extensions.has('STARTTLS')) {
      await this.#startTls();
      await this.#hello(helo);
      isSecure = true;
    }
    if (!isSecure && this.target.security === 'starttls')
      throw new Lost('the server offers no STARTTLS, and nothing is sent to it without');
    if (this.target.login !== undefined) await this.#logIn(this.target.login, isSecure);
  }

  async #hello(helo: string): Promise<void> {
    const reply = await this.#ask(`EHLO ${helo}`);
    this.#extensions = new Map();
    if (reply.code === 500 || reply.code === 502) must(250, await this.#ask(`HELO ${helo}`), 'HELO');
    else {
      must(250, reply, 'EHLO');
      for (const line of reply.text.split('\n').slice(1)) {
        const [name = '', ...values] = line.trim().split(/[ =]+/);
        this.#extensions.set(name.toUpperCase(), values.join(' ').toUpperCase());
      }
    }
  }

  async #startTls(): Promise<void> {
    must(220, await this.#ask('STARTTLS'), 'STARTTLS');
    // What came in the clear behind that answer would be read as if it had come encrypted (CVE-2011-0411).
    if (!this.#reader.isEmpty) throw new Lost('the server went on in the clear after STARTTLS');
    const plain = this.#socket;
    plain.removeAllListeners('data');
    this.#deadlineMs = performance.now() + this.#timeouts.connect;
    this.#socket = connectTls({ ...this.#tls(), socket: plain });
    this.#reader = new ReplyReader();
    this.#listen();
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('secureConnect', resolve);
      this.#socket.once('close', () => reject(this.#lost ?? new Lost('TLS failed')));
    });
  }

  async #logIn(login: Readonly<{ user: string; password: string }>, isSecure: boolean): Promise<void> {
    if (!isSecure) throw new Lost('the server offers no TLS, and a password is not said without');
    const offered = this.#extensions.get('AUTH')?.split(' ') ?? [];
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    let reply: Reply;
    if (offered.includes('PLAIN'))
      reply = await this.#ask(`AUTH PLAIN ${base64(`\0${login.user}\0${login.password}`)}`);
    else if (offered.includes('LOGIN')) {
      must(334, await this.#ask('AUTH LOGIN'), 'AUTH LOGIN');
      must(334, await this.#ask(base64(login.user)), 'AUTH LOGIN');
      reply = await this.#ask(base64(login.password));
    } else throw new Lost('the server offers neither AUTH PLAIN nor AUTH LOGIN');
    must(235, reply, 'the name and the password');
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }
  get isPipelining(): boolean {
    return this.#extensions.has('PIPELINING');
  }
  /** How many octets have been handed to the system, for tests. */
  get written(): number {
    return this.#written;
  }

  /** Why this server can't take such a message at all, or undefined. */
  whyNot(mail: Mail): string | undefined {
    if (mail.utf8 && !this.#extensions.has('SMTPUTF8'))
      return 'the server takes no addresses in Unicode (SMTPUTF8)';
    const most = Number(this.#extensions.get('SIZE') || 0);
    if (most > 0 && mail.bytes.length > most) return `the server takes at most ${most} octets`;
    return undefined;
  }

  /** Writes the envelope, and gives what the server thinks of it. Rejects with `Lost`. */
  async envelope(message: Outgoing, mail: Mail): Promise<Envelope> {
    const reset = this.#needsReset ? 'RSET\r\n' : '';
    this.#needsReset = false;
    const from = this.#mailFrom(message, mail);
    const to = `RCPT TO:<${this.#inOctets(message.recipient)}>\r\n`;
    if (!this.isPipelining) return this.#envelopeStepByStep(reset, from, to);
    this.#write(`${reset}${from}${to}DATA\r\n`);
    const { command, data } = this.#timeouts;
    const [resetReply, mailReply, rcptReply, dataReply] = await Promise.all([
      reset === '' ? undefined : this.#expect(command),
      this.#expect(command),
      this.#expect(command),
      this.#expect(data),
    ]);
    if (resetReply !== undefined) must(250, resetReply, 'RSET');
    const no = refusal('sender', mailReply) ?? refusal('recipient', rcptReply);
    if (no === undefined) return this.#afterData(dataReply);
    await this.#endOfNothing(dataReply, rcptReply.code < 400);
    this.#needsReset = true;
    return no;
  }

  /** A server may wait for a message although it refused the envelope (RFC 2920, 3.1); an empty one ends that. */
  async #endOfNothing(dataReply: Reply, hasRecipient: boolean): Promise<void> {
    if (dataReply.code >= 400) return;
    if (dataReply.code === 354 && !hasRecipient) {
      this.#write('.\r\n');
      const end = await this.#expect(this.#timeouts.command);
      if (end.code >= 400) return;
    }
    // Whoever it believes to be the recipient would get an empty message.
    this.abandon('the answers do not fit the commands');
  }

  async #envelopeStepByStep(reset: string, from: string, to: string): Promise<Envelope> {
    if (reset !== '') must(250, await this.#ask('RSET'), 'RSET');
    for (const [stage, line] of [
      ['sender', from],
      ['recipient', to],
    ] as const) {
      this.#write(line);
      const no = refusal(stage, await this.#expect(this.#timeouts.command));
      if (no !== undefined) {
        this.#needsReset = true;
        return no;
      }
    }
    this.#write('DATA\r\n');
    return this.#afterData(await this.#expect(this.#timeouts.data));
  }

  #afterData(reply: Reply): Envelope {
    if (reply.code === 354) return { go: true };
    if (reply.code < 400) throw new Lost('the answers do not fit the commands', reply);
    const no = refusal('message', reply);
    if (no === undefined) throw new Lost('the answers do not fit the commands', reply);
    this.#needsReset = true;
    return no;
  }

  #mailFrom({ sender }: Outgoing, mail: Mail): string {
    const size = this.#extensions.has('SIZE') ? ` SIZE=${mail.bytes.length}` : '';
    const utf8 = mail.utf8 ? `${this.#extensions.has('8BITMIME') ? ' BODY=8BITMIME' : ''} SMTPUTF8` : '';
    return `MAIL FROM:<${this.#inOctets(sender)}>${size}${utf8}\r\n`;
  }

  /** The domain of an address in Unicode is written in Unicode, too, so that it is of one kind (RFC 6531, 3.7.1). */
  #inOctets(address: string): string {
    const at = address.lastIndexOf('@');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    if (/^[\x00-\x7f]*$/.test(address)) return address;
    return `${address.slice(0, at)}@${domainToUnicode(address.slice(at + 1))}`;
  }

  /**
   * Writes the message and its end. `release` is awaited before any octet of the end is written; when it refuses, the
   * end is never written and the connection is given up. `next` writes the next envelope behind the end. Gives the
   * server's answer; rejects with `Lost`, whose `isAfterEnd` tells whether the end was written.
   */
  async message(mail: Mail, release: () => Promise<void>, next?: () => void): Promise<Reply> {
    const body = stuffed(mail.bytes);
    const end = endsWithBreak(body) ? END_AFTER_BREAK : END;
    try {
      if (body.length > MOST_IN_ONE_WRITE) {
        await this.#flush(body);
        await this.#released(release);
        this.#socket.cork();
        this.#write(end);
      } else {
        await this.#released(release);
        this.#socket.cork();
        this.#write(body);
        this.#write(end);
      }
    } catch (error) {
      this.#lose(new Lost('the message was not released'));
      throw error instanceof Lost ? new BrokenBeforeEnd(error.message, error.reply) : error;
    }
    const answer = this.#expect(this.#timeouts.dot);
    try {
      next?.();
    } finally {
      this.#socket.uncork();
    }
    return await answer;
  }

  async #released(release: () => Promise<void>): Promise<void> {
    await release();
    if (this.#lost !== undefined) throw this.#lost;
  }

  async #flush(body: Buffer): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#deadlineMs = performance.now() + this.#timeouts.data;
    // What comes before the end of a message answers nothing, so `#take` gives the connection up.
    await new Promise<void>((resolve) => this.#socket.write(body, () => resolve()));
    this.#written += body.length;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** Says goodbye, and waits for no more than a moment. */
  async quit(): Promise<void> {
    if (this.#lost === undefined) {
      this.#write('QUIT\r\n');
      await this.#expect(Math.min(2000, this.#timeouts.command)).catch(() => undefined);
    }
    this.abandon('the work is done');
  }

  /** Ends the connection at once. */
  abandon(why: string): void {
    this.#lose(new Lost(why));
  }

  #ask(line: string): Promise<Reply> {
    this.#write(`${line}\r\n`);
    return this.#expect(this.#timeouts.command);
  }

  #write(piece: string | Buffer): void {
    if (this.#lost !== undefined) return;
    this.#socket.write(piece);
    this.#written += piece.length;
  }

  #expect(ms: number): Promise<Reply> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      if (this.#waiters.length === 0) this.#deadlineMs = performance.now() + ms;
      this.#waiters.push({ ms, resolve, reject });
    });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.#read(piece));
    socket.on('error', (error) => this.#lose(new Lost(error.message)));
    socket.on('close', () => this.#lose(new Lost('the server closed the connection')));
  }

  #read(piece: Buffer): void {
    if (this.#lost !== undefined) return;
    try {
      for (const reply of this.#reader.push(piece)) this.#take(reply);
    } catch (error) {
      if (!(error instanceof Garbage)) throw error;
      this.#lose(new Lost(`the server’s answer is ${error.message}`));
    }
  }

  #take(reply: Reply): void {
    const waiter = this.#waiters.shift();
    this.#deadlineMs =
      this.#waiters[0] === undefined ? Number.POSITIVE_INFINITY : performance.now() + this.#waiters[0].ms;
    if (waiter !== undefined) waiter.resolve(reply);
    else if (reply.code === SERVER_CLOSES) this.#lose(new Lost('the server closes the connection', reply));
    else this.#lose(new Lost('the server answered what nobody had asked', reply));
  }

  #look(): void {
    if (performance.now() > this.#deadlineMs) this.#lose(new Lost('the server did not answer in time'));
  }

  #lose(lost: Lost): void {
    if (this.#lost !== undefined) return;
    this.#lost = lost;
    clearInterval(this.#watch);
    this.#socket.destroy();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(lost);
  }
}

/** The connection was lost, and the message's end was certainly not written. */
export class BrokenBeforeEnd extends Lost {}

function must(code: number, reply: Reply, what: string): void {
  if (reply.code !== code)
    throw new Lost(`the server answered ${what} with ${reply.code} ${reply.text}`, reply);
}

/** Undefined when the server agrees. 421 is about the connection, not the message. */
function refusal(stage: Stage, reply: Reply): (Envelope & { go: false }) | undefined {
  if (reply.code === SERVER_CLOSES) throw new Lost('the server closes the connection', reply);
  if (reply.code >= 400) return { go: false, stage, why: `${reply.code} ${reply.text}`, reply };
  if (stage !== 'message' && (reply.code === 250 || reply.code === 251 || reply.code === 252))
    return undefined;
  throw new Lost('the answers do not fit the commands', reply);
}

/** RFC 5321, 4.5.2: a dot at the start of a line is doubled. */
export function stuffed(bytes: Buffer): Buffer {
  const isFirst = bytes[0] === 46;
  let at = bytes.indexOf('\r\n.');
  if (!isFirst && at < 0) return bytes;
  const pieces: Buffer[] = isFirst ? [Buffer.from('.')] : [];
  let from = 0;
  for (; at >= 0; at = bytes.indexOf('\r\n.', from)) {
    pieces.push(bytes.subarray(from, at + 3), Buffer.from('.'));
    from = at + 3;
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}

const endsWithBreak = (body: Buffer): boolean => body.at(-2) === 13 && body.at(-1) === 10;
