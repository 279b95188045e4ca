/** Ending while somebody is connected. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { World } from './testing.ts';

const BODY = '{"title":"A label"}';

test('whoever still sends what was refused does not keep the server from ending', async () => {
  const world = await World.open();
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = world.app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  socket.write(
    `POST /api/incidents HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [string];
  assert.match(answer, /^HTTP\/1\.1 401 /);
  const closed = world.close().then(() => 'closed');
  await sleep(100);
  socket.write(BODY);
  // An idle connection is otherwise kept for more than a minute.
  assert.equal(await Promise.race([closed, sleep(20_000, 'still open', { ref: false })]), 'closed');
  socket.destroy();
});
