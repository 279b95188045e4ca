/** For tests: a small DNS server on a free port of 127.0.0.1 (RFC 1035: one question, one section of answers). */
import { createSocket } from 'node:dgram';

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA' };
const NAME_ERROR = 3;

const labels = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function dataOf(type: string, value: string): Buffer {
  switch (type) {
    case 'TXT': {
      const pieces = value.match(/.{1,255}/gs) ?? [''];
      return Buffer.concat(pieces.map((piece) => Buffer.from([piece.length, ...Buffer.from(piece)])));
    }
    case 'PTR':
      return labels(value);
    case 'MX':
      return Buffer.concat([Buffer.from([0, 10]), labels(value)]);
    case 'A':
      return Buffer.from(value.split('.').map(Number));
    default:
      return Buffer.alloc(0);
  }
}

/** Answers from `records`, by `TYPE name`; a name of which nothing is known does not exist. */
export async function startDns(
  records: Readonly<Record<string, readonly string[]>>,
): Promise<Readonly<{ address: string; stop: () => void }>> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const names: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      names.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const name = names.join('.').toLowerCase();
    const type = TYPES[query.readUInt16BE(at + 1)] ?? '';
    const values = records[`${type} ${name}`] ?? [];
    const isKnown = Object.keys(records).some((key) => key.endsWith(` ${name}`));
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (isKnown ? 0 : NAME_ERROR), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(values.length, 6);
    const answers = values.map((value) => {
      const data = dataOf(type, value);
      const fixed = Buffer.alloc(12);
      fixed.writeUInt16BE(0xc00c, 0);
      query.copy(fixed, 2, at + 1, at + 5);
      fixed.writeUInt32BE(60, 6);
      fixed.writeUInt16BE(data.length, 10);
      return Buffer.concat([fixed, data]);
    });
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${socket.address().port}`, stop: () => void socket.close() };
}
