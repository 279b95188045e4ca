/**
 * A receiver for returned mail, and for nothing else: it takes messages to envelope senders of ours, keeps each on the disk before
 * it says so, relays nothing, answers nobody, and asks for no password.
 */
import { statfs } from 'node:fs/promises';
import { ForthrightError } from '@forthright/contract';
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import { Limiter } from '../../limiter.ts';
import type { Log } from '../../log.ts';
import { makeMaildir, putIntoMaildir } from './spool.ts';

export type ReceiverOptions = Readonly<{
  host: string;
  /** 0: any that is free. */
  port: number;
  /** What this machine calls itself. */
  name: string;
  tls?: Readonly<{ key: string; cert: string }> | undefined;
  /** The Maildir that gets the messages, each with the address of its envelope at its top (`Delivered-To`). */
  folder: string;
  /** Another Maildir for mail to some addresses. */
  folderOf?: ((recipient: string) => string) | undefined;
  mostBytes: number;
  /** Whether mail to this address is taken. */
  isKnown: (address: string) => Promise<boolean>;
  now: () => Date;
  log: Log;
}>;

export type Receiver = Readonly<{ port: number; close: () => Promise<void> }>;

/** From one address: who returns more at a time is told to come again. */
const MESSAGES = { most: 600, windowSeconds: 60 };
const RECIPIENTS = { most: 1200, windowSeconds: 60 };
const MOST_CLIENTS = 100;
const SILENCE_MS = 60_000;
/** RFC 5321, section 6.3: a message that came over so many servers goes round. */
const MOST_HOPS = 100;
const RESERVE_BYTES = 64 * 1024 ** 2;

const refusal = (code: number, words: string): Error =>
  Object.assign(new Error(words), { responseCode: code });

/** Begins to listen; `close` is safe to call twice. Refuses as `address-unavailable` when another program has the port. */
export async function receiveBySmtp(options: ReceiverOptions): Promise<Receiver> {
  const { host, port, folder, log } = options;
  await makeMaildir(folder);
  // Loaded by whoever receives, and not by every command.
  const { SMTPServer } = await import('smtp-server');
  const server = new SMTPServer(settingsOf(options));
  server.on('error', (rawError) => {
    const code = String((rawError as { code?: unknown }).code ?? 'unknown');
    log({ event: 'receiver-trouble', level: 'warn', note: /^[A-Z_]{2,40}$/.test(code) ? code : 'unknown' });
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ForthrightError(
          'address-unavailable',
          `can't receive mail at ${host}, port ${port}: ${cause.code}`,
          {
            cause,
          },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.server.address();
  let closing: Promise<void> | undefined;
  return {
    port: address === null || typeof address === 'string' ? port : address.port,
    close: () => {
      closing ??= new Promise((resolve) => server.close(() => resolve()));
      return closing;
    },
  };
}

function settingsOf(options: ReceiverOptions): SMTPServerOptions {
  const { name, tls, mostBytes, isKnown, now } = options;
  const [messages, recipients] = [new Limiter(MESSAGES, now), new Limiter(RECIPIENTS, now)];
  return {
    name,
    banner: 'returned mail',
    logger: false,
    disableReverseLookup: true,
    disabledCommands: ['AUTH', ...(tls === undefined ? ['STARTTLS'] : [])],
    ...(tls === undefined ? {} : tls),
    size: mostBytes,
    rejectOversized: true,
    maxClients: MOST_CLIENTS,
    // Who returns a message returns it to one; another recipient is told to come by itself.
    maxRecipients: 1,
    socketTimeout: SILENCE_MS,
    closeTimeout: 2000,
    onRcptTo: ({ address }, { remoteAddress }, done) => {
      if (recipients.take(remoteAddress) > 0) return done(refusal(450, '4.7.1 Too many at a time'));
      isKnown(address).then(
        (known) => done(known ? null : refusal(550, '5.1.1 Nobody here has this address')),
        () => done(refusal(451, '4.3.0 Try again later')),
      );
    },
    onData: (stream, session, done) => {
      if (messages.take(session.remoteAddress) > 0) {
        stream.resume();
        stream.on('end', () => done(refusal(450, '4.7.1 Too many at a time')));
        return;
      }
      void take(stream, session, options).then(
        () => done(null, '2.0.0 Kept'),
        (error: Error) => done('responseCode' in error ? error : refusal(451, '4.3.0 Try again later')),
      );
    },
  };
}

async function take(
  stream: AsyncIterable<Uint8Array> & Readonly<{ sizeExceeded: boolean }>,
  { envelope }: SMTPServerSession,
  { folder, folderOf = () => folder, mostBytes }: ReceiverOptions,
): Promise<void> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    // What is too long is read to its end and refused by the server; nothing of it is kept.
    if (bytes <= mostBytes) pieces.push(piece);
  }
  if (bytes > mostBytes) return;
  const head =
    Buffer.concat(pieces)
      .subarray(0, 256 * 1024)
      .toString('latin1')
      .split(/\r?\n\r?\n/, 1)[0] ?? '';
  if ((head.match(/^received:/gim)?.length ?? 0) > MOST_HOPS)
    throw refusal(554, '5.4.6 This message goes round');
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < RESERVE_BYTES + bytes) throw refusal(452, '4.3.1 No room');
  const [to] = envelope.rcptTo;
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  const own = folderOf(to?.address ?? '');
  await makeMaildir(own);
  await putIntoMaildir(own, [
    Buffer.from(`Return-Path: <${from}>\r\nDelivered-To: ${to?.address ?? ''}\r\n`),
    ...pieces,
  ]);
}
