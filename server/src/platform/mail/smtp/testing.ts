/** For tests: an SMTP server on loopback that behaves as it is told, and keeps what it took. */
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** What the sink saw of one message up to its end. */
export type Seen = Readonly<{ from: string; to: string; bytes: Buffer; isSecure: boolean; login?: string }>;

/** What it does instead of its ordinary answer: `close` at once, say nothing, or these very octets. */
export type Deed = 'close' | 'nothing' | Readonly<{ say: string }>;

export type SinkOptions = Readonly<{
  extensions?: readonly string[];
  greeting?: string;
  /** Asked for each command line; undefined for the ordinary answer. */
  command?: (line: string, connection: number) => Deed | undefined;
  /** Asked for each whole message, before it counts as taken. */
  message?: (seen: Seen, connection: number) => Deed | undefined | Promise<Deed | undefined>;
  /** Asked for each piece of a message that is not yet whole. */
  midway?: (bytes: number, connection: number) => Deed | undefined;
  tls?: Readonly<{ key: string; cert: string }>;
  isImplicitTls?: boolean;
  port?: number;
}>;

export const EXTENSIONS = ['PIPELINING', 'SIZE 10000000', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'];

export class Sink {
  readonly taken: Seen[] = [];
  readonly lines: string[] = [];
  connections = 0;
  port = 0;
  readonly #options: SinkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: SinkOptions) {
    this.#options = options;
    this.#server = createServer(
      (socket) => new Session(this, this.#options, this.#track(socket), this.connections++),
    );
  }

  static async open(options: SinkOptions = {}): Promise<Sink> {
    const sink = new Sink(options);
    await new Promise<void>((resolve) => sink.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    const address = sink.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    sink.port = address.port;
    return sink;
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

class Session {
  readonly #sink: Sink;
  readonly #options: SinkOptions;
  readonly #number: number;
  #socket: Socket;
  #rest = Buffer.alloc(0);
  #from = '';
  #to = '';
  #isData = false;
  #isBusy = false;
  #login: string | undefined;
  #loginSteps = 0;

  constructor(sink: Sink, options: SinkOptions, socket: Socket, number: number) {
    this.#sink = sink;
    this.#options = options;
    this.#number = number;
    this.#socket = socket;
    if (options.isImplicitTls === true) this.#secure();
    else this.#listen();
    this.#say(options.greeting ?? '220 sink.example ESMTP');
  }

  get #isSecure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  #secure(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    const { key = '', cert = '' } = this.#options.tls ?? {};
    this.#socket = new TLSSocket(plain, {
      isServer: true,
      secureContext: createSecureContext({ key, cert }),
    });
    this.#socket.on('error', () => plain.destroy());
    this.#listen();
  }

  #listen(): void {
    this.#socket.on('data', (piece: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, piece]);
      void this.#read();
    });
  }

  #say(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${text}\r\n`);
  }

  #do(deed: Deed | undefined, ordinary: () => void): void {
    if (deed === undefined) ordinary();
    else if (deed === 'close') this.#socket.destroy();
    else if (deed !== 'nothing') this.#socket.write(deed.say);
  }

  async #read(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isData ? await this.#readMessage() : this.#readLine());
    this.#isBusy = false;
  }

  #readLine(): boolean {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#rest.toString('utf8', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    this.#sink.lines.push(line);
    this.#do(this.#options.command?.(line, this.#number), () => this.#answer(line));
    return true;
  }

  #answer(line: string): void {
    const [verb = ''] = line.toUpperCase().split(/[ :]/);
    if (this.#loginSteps > 0) this.#logInStep(line);
    else if (verb === 'EHLO') {
      const { tls, extensions = EXTENSIONS } = this.#options;
      const all = [...extensions, ...(tls !== undefined && !this.#isSecure ? ['STARTTLS'] : [])];
      const lines = ['sink.example', ...all];
      this.#say(lines.map((each, i) => `250${i === lines.length - 1 ? ' ' : '-'}${each}`).join('\r\n'));
    } else if (verb === 'MAIL') {
      this.#from = /<(.*)>/.exec(line)?.[1] ?? '';
      this.#to = '';
      this.#say('250 2.1.0 Ok');
    } else if (verb === 'RCPT') {
      this.#to = /<(.*)>/.exec(line)?.[1] ?? '';
      this.#say('250 2.1.5 Ok');
    } else if (verb === 'DATA') {
      this.#isData = this.#to !== '';
      this.#say(this.#isData ? '354 Go on' : '503 5.5.1 No recipient');
    } else if (verb === 'STARTTLS') {
      this.#say('220 Ready');
      this.#secure();
    } else if (verb === 'AUTH') this.#logIn(line);
    else if (verb === 'QUIT') {
      this.#say('221 Bye');
      this.#socket.end();
    } else this.#say(verb === 'RSET' || verb === 'HELO' ? '250 Ok' : '502 5.5.2 What?');
  }

  #logIn(line: string): void {
    const [, kind, given = ''] = line.split(' ');
    if (kind === 'PLAIN') {
      this.#login = Buffer.from(given, 'base64').toString().replaceAll('\0', '|');
      this.#say(this.#login === '|user|secret' ? '235 Ok' : '535 5.7.8 No');
    } else {
      this.#login = '';
      this.#loginSteps = 2;
      this.#say('334 VXNlcm5hbWU6');
    }
  }

  #logInStep(line: string): void {
    this.#login = `${this.#login}|${Buffer.from(line, 'base64').toString()}`;
    this.#loginSteps--;
    if (this.#loginSteps > 0) this.#say('334 UGFzc3dvcmQ6');
    else this.#say(this.#login === '|user|secret' ? '235 Ok' : '535 5.7.8 No');
  }

  async #readMessage(): Promise<boolean> {
    const isEmpty = this.#rest.indexOf('.\r\n') === 0;
    const end = isEmpty ? 0 : this.#rest.indexOf('\r\n.\r\n');
    if (end < 0) {
      const deed = this.#options.midway?.(this.#rest.length, this.#number);
      if (deed !== undefined) this.#do(deed, () => undefined);
      return false;
    }
    const text = this.#rest.toString('latin1', 0, isEmpty ? 0 : end + 2).replace(/^\./gm, '');
    this.#rest = this.#rest.subarray(isEmpty ? 3 : end + 5);
    this.#isData = false;
    const login = this.#login;
    const seen = {
      from: this.#from,
      to: this.#to,
      bytes: Buffer.from(text, 'latin1'),
      isSecure: this.#isSecure,
      ...(login !== undefined && { login }),
    };
    this.#to = '';
    const deed = await this.#options.message?.(seen, this.#number);
    this.#do(deed, () => {
      this.#sink.taken.push(seen);
      this.#say('250 2.0.0 Ok: taken');
    });
    return true;
  }
}
