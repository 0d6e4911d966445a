// All that toxiproxy-node-client can do, against `firedrill serve` and with real traffic. The environment has
// FIREDRILL_CONTROL ("http://127.0.0.1:8474") and FREE_PORTS, of which the kernel gives none to anybody by itself; NODE_PATH
// leads to the client as npm has published it.
//
// Nothing here waits for luck: what must not come yet is held by an hour's delay and let go by hand, and that it is held
// the proxy says itself.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const net = require('node:net');
const { once } = require('node:events');
const { Toxiproxy, ToxiproxyError, Proxy, Toxic } = require('toxiproxy-node-client');

const control = process.env.FIREDRILL_CONTROL;
const toxiproxy = new Toxiproxy(control);
const free_addresses = process.env.FREE_PORTS.split(' ').map((port) => `127.0.0.1:${port}`);
const deadline = 30000;
const hour = 3600000;

/// What `ask` returns as soon as that is true.
async function eventually(what, ask) {
  for (const end = Date.now() + deadline; ;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < end, `never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/// One end of a connection: what came, and how it ended.
class Peer {
  constructor(socket) {
    this.socket = socket;
    this.text = '';
    this.left = '';
    socket.setNoDelay(true);
    socket.on('data', (some) => { this.text += some; });
    socket.on('end', () => { this.left ||= 'end'; });
    socket.on('error', (error) => { this.left ||= error.code; });
    socket.on('close', () => { this.left ||= 'close'; });
  }

  /// Who is reset at once may never hear that there was a connection.
  static connect(proxy) { return new Peer(net.connect(Peer.port(proxy), '127.0.0.1')); }

  static port(proxy) { return Number(proxy.listen.slice(proxy.listen.lastIndexOf(':') + 1)); }

  send(text) { this.socket.write(text); }
  finish() { this.socket.end(); }
  destroy() { this.socket.destroy(); }

  /// All that has come so far is, or becomes, this.
  async has(text) {
    await eventually(`${JSON.stringify(text)}, only ${JSON.stringify(this.text)}, ${this.left}`,
      () => this.text.length >= text.length || this.left);
    assert.strictEqual(this.text, text);
  }

  /// It is over, and so.
  async leaves(how) {
    await eventually(`an end: ${how}`, () => this.left);
    assert.strictEqual(this.left, how);
  }

  /// Nothing but this has come, and it is open.
  is_left_with(text) {
    assert.strictEqual(this.text, text);
    assert.strictEqual(this.left, '');
  }
}

class Backend {
  constructor() {
    this.waiting = [];
    this.all = [];
    this.server = net.createServer((socket) => {
      const peer = new Peer(socket);
      this.waiting.push(peer);
      this.all.push(peer);
    });
  }

  async listen() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.address = `127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async accept() {
    await eventually('a connection at the backend', () => this.waiting.length);
    return this.waiting.shift();
  }

  close() {
    for (const peer of this.all) peer.destroy();
    this.server.close();
  }
}

let made = 0;

/// `play` with a backend, a proxy before it, and a connection through both; all of it goes afterwards.
function scene(name, play) {
  test(name, { timeout: 2 * deadline }, async () => {
    const backend = await new Backend().listen();
    const clients = [];
    const proxy = await toxiproxy.createProxy({ name: `scene${++made}`, listen: 'localhost:0', upstream: backend.address });
    const link = async (to = proxy, behind = backend) => {
      const client = Peer.connect(to);
      clients.push(client);
      return { client, server: await behind.accept() };
    };
    try {
      await play({ backend, proxy, link, ...await link() });
    } finally {
      for (const client of clients) client.destroy();
      backend.close();
      await fetch(`${control}/proxies/${proxy.name}`, { method: 'DELETE' });
    }
  });
}

async function round_trip({ client, server }) {
  const [asked, answered] = [server.text.length, client.text.length];
  client.send('ping');
  await eventually('the ping', () => server.text.slice(asked) === 'ping');
  server.send('pong');
  await eventually('the pong', () => client.text.slice(answered) === 'pong');
}

async function is_refused(port) {
  const socket = net.connect(port, '127.0.0.1');
  const error = await new Promise((resolve) => {
    socket.on('error', resolve);
    socket.on('connect', () => resolve(new Error('it was let in')));
  });
  socket.destroy();
  assert.strictEqual(error.code, 'ECONNREFUSED', error.message);
}

/// The client makes every refusal the same error, with nothing but its status.
async function is_answered(status, promise) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof ToxiproxyError, String(error));
    assert.strictEqual(error.message, `Request failed with status code ${status}`);
    return true;
  });
}

async function native(path) { return (await fetch(`${control}/v1/${path}`)).json(); }

/// Until the proxy holds at least so many bytes.
async function held(proxy, bytes) {
  await eventually(`${bytes} held bytes`, async () => {
    const { connections } = await native(`proxies/${proxy.name}/connections`);
    return connections.some((connection) => connection.held_bytes >= bytes);
  });
}

/// Until the toxic has done something to as many connections.
async function touched(proxy, toxic, connections = 1) {
  await eventually(`${toxic.name} touching ${connections}`, async () =>
    (await native(`proxies/${proxy.name}/faults/${toxic.name}`)).status.touched >= connections);
}

test('it is the release that is asked for', () => {
  const { version } = require('toxiproxy-node-client/package.json');
  assert.strictEqual(version, require('./package.json').dependencies['toxiproxy-node-client']);
});

test('getVersion', async () => {
  assert.deepStrictEqual(JSON.parse(await toxiproxy.getVersion()), { version: '2.12.0' });
});

// Proxies

scene('a proxy is created as it was asked for', async ({ backend, proxy, ...link }) => {
  assert.ok(proxy instanceof Proxy);
  assert.match(proxy.listen, /^127\.0\.0\.1:[1-9][0-9]*$/);
  assert.deepStrictEqual(proxy.toJson(),
    { name: proxy.name, listen: proxy.listen, upstream: backend.address, enabled: true });
  assert.strictEqual(proxy.getToxiproxy(), toxiproxy);
  assert.strictEqual(proxy.getHost(), control);
  assert.strictEqual(proxy.getPath(), `${control}/proxies/${proxy.name}`);
  await round_trip(link);
});

scene('get and getAll know it', async ({ proxy }) => {
  assert.deepStrictEqual((await toxiproxy.get(proxy.name)).toJson(), proxy.toJson());
  const all = await toxiproxy.getAll();
  assert.ok(all[proxy.name] instanceof Proxy);
  assert.deepStrictEqual(all[proxy.name].toJson(), proxy.toJson());
});

scene('a proxy that is disabled closes its connections and refuses; its port stays its own', async ({ proxy, link, client, server }) => {
  const disabled = await proxy.update({ enabled: false });

  assert.deepStrictEqual(disabled.toJson(), { ...proxy.toJson(), enabled: false });
  await client.leaves('end');
  await server.leaves('end');
  await is_refused(Peer.port(proxy));

  const enabled = await disabled.update({ ...disabled.toJson(), enabled: true });
  assert.deepStrictEqual(enabled.toJson(), proxy.toJson());
  await round_trip(await link());
});

scene('an update that changes nothing ends nothing', async ({ proxy, client, server }) => {
  assert.deepStrictEqual((await proxy.update(proxy.toJson())).toJson(), proxy.toJson());
  assert.deepStrictEqual((await proxy.update({ enabled: true })).toJson(), proxy.toJson());
  await round_trip({ client, server });
});

scene('another upstream is dialled', async ({ proxy, link, client }) => {
  const other = await new Backend().listen();
  try {
    const moved = await proxy.update({ enabled: true, listen: proxy.listen, upstream: other.address });

    assert.deepStrictEqual(moved.toJson(), { ...proxy.toJson(), upstream: other.address });
    await client.leaves('end');
    await round_trip(await link(moved, other));
  } finally {
    other.close();
  }
});

scene('another address is listened on', async ({ backend, proxy, link }) => {
  const [here, there] = [free_addresses.pop(), free_addresses.pop()];
  const still = await toxiproxy.createProxy({ name: `${proxy.name}-moves`, listen: here, upstream: backend.address });
  const { client } = await link(still);

  const moved = await still.update({ listen: there });

  assert.strictEqual(moved.listen, there);
  await client.leaves('end');
  await round_trip(await link(moved));
  await is_refused(Peer.port(still));
  await moved.remove();
});

scene('a proxy that is removed is gone', async ({ backend, proxy: other, link }) => {
  const proxy = await toxiproxy.createProxy(
    { name: `${other.name}-goes`, listen: free_addresses.pop(), upstream: backend.address });
  const { client, server } = await link(proxy);

  await proxy.remove();

  await client.leaves('end');
  await server.leaves('end');
  await is_refused(Peer.port(proxy));
  await is_answered(404, toxiproxy.get(proxy.name));
  await is_answered(404, proxy.remove());
  await is_answered(404, proxy.update({ enabled: true }));
  assert.ok(!(proxy.name in await toxiproxy.getAll()));
});

scene('a proxy may be born disabled', async ({ backend, proxy, link }) => {
  const asleep = await toxiproxy.createProxy(
    { name: `${proxy.name}-asleep`, listen: '127.0.0.1:0', upstream: backend.address, enabled: false });
  assert.strictEqual(asleep.enabled, false);

  const awake = await asleep.update({ enabled: true });

  await round_trip(await link(awake));
  await awake.remove();
});

test('names need not be words', async () => {
  for (const name of ['redis:6379', 'a name', 'größer', 'a.b_c-d']) {
    const proxy = await toxiproxy.createProxy({ name, listen: '127.0.0.1:0', upstream: '127.0.0.1:1' });
    assert.strictEqual((await toxiproxy.get(name)).name, name);
    const toxic = await proxy.addToxic({ name, type: 'latency', attributes: { latency: 1 } });
    assert.deepStrictEqual((await proxy.getToxic(name)).toJson(), toxic.toJson());
    await toxic.remove();
    await proxy.remove();
  }
});

test('many at the same time', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `many${i}`);
  const proxies = await Promise.all(
    names.map((name) => toxiproxy.createProxy({ name, listen: '127.0.0.1:0', upstream: '127.0.0.1:1' })));
  assert.strictEqual(new Set(proxies.map((proxy) => proxy.listen)).size, names.length);
  await Promise.all(proxies.map((proxy) => proxy.addToxic({ type: 'latency', attributes: { latency: 1 } })));
  await Promise.all(proxies.map((proxy) => proxy.remove()));
  assert.deepStrictEqual(Object.keys(await toxiproxy.getAll()).filter((name) => names.includes(name)), []);
});

// populate and reset

scene('populate creates, keeps and changes', async ({ backend, proxy, link, client, server }) => {
  const name = `${proxy.name}-populated`;
  const wanted = [{ name, listen: '127.0.0.1:0', upstream: backend.address }, proxy.toJson()];

  const first = await toxiproxy.populate(wanted);
  assert.deepStrictEqual(Object.keys(first), [name, proxy.name]);
  assert.ok(first[name] instanceof Proxy);
  assert.deepStrictEqual(first[proxy.name].toJson(), proxy.toJson());
  const kept = await link(first[name]);
  const again = await toxiproxy.populate(wanted);
  assert.deepStrictEqual(again[name].toJson(), first[name].toJson());
  await round_trip(kept);
  await round_trip({ client, server });

  const other = await new Backend().listen();
  try {
    const moved = await toxiproxy.populate([{ ...first[name].toJson(), upstream: other.address }]);
    await kept.client.leaves('end');
    await round_trip(await link(moved[name], other));
  } finally {
    other.close();
    await first[name].remove();
  }
});

test('populate of nothing does nothing', async () => {
  assert.deepStrictEqual(await toxiproxy.populate([]), {});
});

test('populate says what is wrong', async () => {
  await is_answered(400, toxiproxy.populate([{ name: 'half', listen: '127.0.0.1:0' }]));
  await is_answered(400, toxiproxy.populate({ name: 'no list' }));
  await is_answered(404, toxiproxy.get('half'));
});

scene('reset takes toxics away and enables proxies', async ({ proxy, link, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'bandwidth', attributes: { rate: 0 } });
  server.send('held');
  await held(proxy, 4);
  client.is_left_with('');

  await toxiproxy.reset();

  await client.has('held');
  await is_answered(404, proxy.getToxic(toxic.name));
  await (await toxiproxy.get(proxy.name)).update({ enabled: false });
  await toxiproxy.reset();
  assert.strictEqual((await toxiproxy.get(proxy.name)).enabled, true);
  await round_trip(await link());
});

// Toxics: every type that the client knows, with every attribute.

const types = {
  latency: [{ latency: 100, jitter: 10 }, { latency: 200, jitter: 0 }],
  bandwidth: [{ rate: 1000 }, { rate: 0 }],
  slow_close: [{ delay: 100 }, { delay: 0 }],
  timeout: [{ timeout: hour }, { timeout: 0 }],
  slicer: [{ average_size: 64, size_variation: 32, delay: 10 }, { average_size: 100, size_variation: 0, delay: 0 }],
  reset_peer: [{ timeout: hour }, { timeout: 2 * hour }],
  limit_data: [{ bytes: 1000 }, { bytes: 2000 }],
};

for (const [type, [attributes, others]] of Object.entries(types)) {
  for (const stream of ['upstream', 'downstream']) {
    scene(`${type}, ${stream}: add, get, update, remove`, async ({ proxy, client, server }) => {
      const asked = { name: 'bad', type, stream, toxicity: 0.25, attributes };

      const toxic = await proxy.addToxic(asked);
      assert.ok(toxic instanceof Toxic);
      assert.deepStrictEqual(toxic.toJson(), asked);
      assert.strictEqual(toxic.getPath(), `${control}/proxies/${proxy.name}/toxics/bad`);
      assert.deepStrictEqual((await proxy.getToxic('bad')).toJson(), asked);

      const updated = await toxic.update({ ...asked, toxicity: 0.5, attributes: others });
      assert.ok(updated instanceof Toxic);
      assert.deepStrictEqual(updated.toJson(), { ...asked, toxicity: 0.5, attributes: others });
      const [attribute] = Object.keys(attributes);
      const partly = await updated.update({ attributes: { [attribute]: attributes[attribute] } });
      assert.deepStrictEqual(partly.toJson(),
        { ...updated.toJson(), attributes: { ...others, [attribute]: attributes[attribute] } });
      assert.deepStrictEqual((await partly.update({ toxicity: 0 })).toJson(), { ...partly.toJson(), toxicity: 0 });
      await (await proxy.getToxic('bad')).update({ toxicity: 0, attributes: others });

      await toxic.remove();
      await is_answered(404, proxy.getToxic('bad'));
      await is_answered(404, toxic.remove());
      await is_answered(404, toxic.update({ attributes: others }));
      // Of those that met it 0.5 may be hit, and some of these toxics end what they have hit.
      if (['latency', 'bandwidth', 'slow_close', 'slicer'].includes(type)) await round_trip({ client, server });
    });
  }

  scene(`${type}: what is left out`, async ({ proxy }) => {
    const toxic = await proxy.addToxic({ type, attributes });
    assert.deepStrictEqual(toxic.toJson(),
      { name: `${type}_downstream`, type, stream: 'downstream', toxicity: 1, attributes });
    await toxic.remove();
  });
}

scene('down is no toxic', async ({ proxy }) => {
  await is_answered(400, proxy.addToxic({ type: 'down', attributes: {} }));
});

// What they do

scene('latency holds one way and leaves the other alone', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'latency', stream: 'downstream', attributes: { latency: hour, jitter: 0 } });
  server.send('late');
  await held(proxy, 4);
  client.send('the other way is free');
  await server.has('the other way is free');
  client.is_left_with('');

  await toxic.remove();
  await client.has('late');
});

scene('latency: a shorter one lets nothing overtake', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'latency', attributes: { latency: hour } });
  server.send('first ');
  await held(proxy, 6);
  const shorter = await toxic.update({ attributes: { latency: 1 } });
  server.send('second');
  await held(proxy, 12);
  client.is_left_with('');

  await shorter.remove();
  await client.has('first second');
});

scene('latency upstream, as short as it gets', async ({ proxy, client, server }) => {
  await proxy.addToxic({ type: 'latency', stream: 'upstream', attributes: { latency: 1, jitter: 1 } });
  for (let i = 0; i < 50; ++i) client.send('in order ');
  await server.has('in order '.repeat(50));
});

scene('bandwidth 0 is a stall that loses nothing', async ({ proxy, client, server }) => {
  const down = await proxy.addToxic({ name: 'CUT_DOWN', type: 'bandwidth', stream: 'downstream', attributes: { rate: 0 } });
  const up = await proxy.addToxic({ name: 'CUT_UP', type: 'bandwidth', stream: 'upstream', attributes: { rate: 0 } });
  client.send('request');
  server.send('answer');
  await held(proxy, 'requestanswer'.length);
  client.is_left_with('');
  server.is_left_with('');

  await down.remove();
  await client.has('answer');
  server.is_left_with('');
  await up.remove();
  await server.has('request');
});

scene('bandwidth: another rate is in force for what is held', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'bandwidth', attributes: { rate: 0 } });
  server.send('x'.repeat(10000));
  await held(proxy, 10000);
  client.is_left_with('');

  await toxic.update({ attributes: { rate: 1000 } });
  await client.has('x'.repeat(10000));
});

scene('slow_close holds the end back and nothing else', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'slow_close', attributes: { delay: hour } });
  server.send('all of it');
  server.finish();
  await client.has('all of it');
  await touched(proxy, toxic);
  client.is_left_with('all of it');

  await toxic.remove();
  await client.leaves('end');
});

scene('timeout 0 lets nothing pass, and its removal closes', async ({ proxy, link, client, server }) => {
  const idle = await link();
  const toxic = await proxy.addToxic({ type: 'timeout', attributes: { timeout: 0 } });
  const young = await link();
  server.send('lost');
  await touched(proxy, toxic);
  client.send('the other way is free');
  await server.has('the other way is free');
  client.is_left_with('');
  idle.client.is_left_with('');

  await toxic.remove();
  for (const each of [{ client, server }, idle, young]) {
    await each.client.leaves('end');
    await each.server.leaves('end');
  }
  assert.strictEqual(client.text, '');
});

scene('timeout closes connections, idle ones as well', async ({ proxy, link, client, server }) => {
  await proxy.addToxic({ type: 'timeout', stream: 'upstream', attributes: { timeout: 20 } });
  await client.leaves('end');
  await server.leaves('end');
  const young = await link();
  young.client.send('lost');
  await young.client.leaves('end');
  await young.server.leaves('end');
  assert.strictEqual(young.server.text, '');
});

scene('slicer: the next piece waits for its time, and all are in order', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic(
    { type: 'slicer', attributes: { average_size: 4, size_variation: 0, delay: hour * 1000 } });
  server.send('abcdefghij');
  await client.has('abcd');
  await held(proxy, 6);
  client.is_left_with('abcd');

  await toxic.remove();
  await client.has('abcdefghij');
});

scene('slicer upstream, in small pieces', async ({ proxy, client, server }) => {
  await proxy.addToxic({ type: 'slicer', stream: 'upstream', attributes: { average_size: 10, size_variation: 5, delay: 10 } });
  const text = Array.from({ length: 500 }, (_, i) => `${i} `).join('');
  client.send(text);
  await server.has(text);
});

scene('limit_data: so much, then the end', async ({ proxy, client, server }) => {
  await proxy.addToxic({ type: 'limit_data', attributes: { bytes: 5 } });
  server.send('hel');
  await client.has('hel');
  server.send('lo world');
  await client.leaves('end');
  await server.leaves('end');
  assert.strictEqual(client.text, 'hello');
});

scene('limit_data counts each connection for itself', async ({ proxy, link, client, server }) => {
  await proxy.addToxic({ type: 'limit_data', stream: 'upstream', attributes: { bytes: 3 } });
  const other = await link();
  other.client.send('ab');
  await other.server.has('ab');
  client.send('abcd');
  await client.leaves('end');
  await server.leaves('end');
  assert.strictEqual(server.text, 'abc');
  other.server.is_left_with('ab');
});

scene('reset_peer resets what is open and what comes', async ({ proxy, client, server }) => {
  await proxy.addToxic({ type: 'reset_peer', attributes: { timeout: 0 } });
  await client.leaves('ECONNRESET');
  await server.leaves('ECONNRESET');
  const young = Peer.connect(proxy);
  await young.leaves('ECONNRESET');
});

scene('reset_peer waits for its timeout', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'reset_peer', attributes: { timeout: hour } });
  client.send('request');
  await server.has('request');
  client.is_left_with('');
  await toxic.update({ attributes: { timeout: 1 } });
  await client.leaves('ECONNRESET');
});

scene('toxicity 0 touches nobody, 1 everybody', async ({ proxy, client, server }) => {
  const toxic = await proxy.addToxic({ type: 'reset_peer', toxicity: 0, attributes: { timeout: 0 } });
  await round_trip({ client, server });

  await toxic.update({ toxicity: 1 });
  await client.leaves('ECONNRESET');
});

scene('toxicity 0.5 touches some and not others', async ({ proxy, link }) => {
  await proxy.addToxic({ type: 'bandwidth', toxicity: 0.5, attributes: { rate: 0 } });
  const links = [];
  for (let i = 0; i < 40; ++i) links.push(await link());
  for (const { server } of links) server.send('answer');
  // Every answer has either arrived or is held.
  await eventually('forty answers', async () => {
    const { connections } = await native(`proxies/${proxy.name}/connections`);
    return links.filter(({ client }) => client.text).length + connections.filter((c) => c.held_bytes).length === 40;
  });

  const passed = links.filter(({ client }) => client.text === 'answer').length;
  assert.ok(passed > 0 && passed < 40, String(passed));
});

scene('toxics of one stream act one after the other', async ({ proxy, client, server }) => {
  const slicer = await proxy.addToxic({ type: 'slicer', attributes: { average_size: 2, size_variation: 0, delay: 0 } });
  const stall = await proxy.addToxic({ type: 'bandwidth', attributes: { rate: 0 } });
  server.send('abcdef');
  await held(proxy, 6);
  client.is_left_with('');
  await slicer.remove();
  client.is_left_with('');
  await stall.remove();
  await client.has('abcdef');
});

// Errors

scene('a name or an address that is taken', async ({ backend, proxy }) => {
  await is_answered(409, toxiproxy.createProxy({ ...proxy.toJson(), listen: '127.0.0.1:0' }));
  await is_answered(500, toxiproxy.createProxy({ ...proxy.toJson(), name: `${proxy.name}-b` }));
  await is_answered(404, toxiproxy.get(`${proxy.name}-b`));
  await is_answered(500, proxy.update({ listen: new URL(control).host }));
  await is_answered(400, proxy.update({ listen: backend.address }));  // it would call itself
  assert.deepStrictEqual((await toxiproxy.get(proxy.name)).toJson(), proxy.toJson());
});

test('a proxy that lacks something', async () => {
  await is_answered(400, toxiproxy.createProxy({ listen: '127.0.0.1:0', upstream: '127.0.0.1:1' }));
  await is_answered(400, toxiproxy.createProxy({ name: 'half', listen: '127.0.0.1:0' }));
  await is_answered(500, toxiproxy.createProxy({ name: 'half', listen: 'nonsense', upstream: '127.0.0.1:1' }));
  await is_answered(400, toxiproxy.createProxy('half'));
  await is_answered(404, toxiproxy.get('half'));
});

scene('toxics that are wrong', async ({ proxy, client, server }) => {
  await is_answered(400, proxy.addToxic({ type: 'unheard-of', attributes: {} }));
  await is_answered(400, proxy.addToxic({ attributes: {} }));
  await is_answered(400, proxy.addToxic({ type: 'latency', stream: 'sideways', attributes: {} }));
  await is_answered(400, proxy.addToxic({ type: 'latency', attributes: { latency: 'long' } }));
  await is_answered(400, proxy.addToxic({ type: 'latency', attributes: { latency: 1.5 } }));
  await is_answered(400, proxy.addToxic({ type: 'latency', toxicity: 'half', attributes: {} }));
  await is_answered(400, proxy.addToxic({ type: 'slicer', attributes: { average_size: 0 } }));
  await is_answered(400, proxy.addToxic({ type: 'bandwidth', attributes: { rate: -1 } }));
  await is_answered(404, proxy.getToxic('latency_downstream'));
  const toxic = await proxy.addToxic({ type: 'latency', attributes: { latency: 1 } });
  await is_answered(409, proxy.addToxic({ type: 'latency', attributes: { latency: 2 } }));
  await is_answered(400, toxic.update({ attributes: { latency: 3, jitter: 'some' } }));
  assert.deepStrictEqual((await proxy.getToxic(toxic.name)).toJson(), toxic.toJson());
  await round_trip({ client, server });
});

scene('toxics of a proxy that is gone', async ({ proxy }) => {
  await proxy.remove();
  await is_answered(404, proxy.addToxic({ type: 'latency', attributes: { latency: 1 } }));
  await is_answered(404, proxy.getToxic('latency_downstream'));
});

test('nobody at the control port', async () => {
  const nobody = new Toxiproxy(`http://${free_addresses.pop()}`);
  await assert.rejects(nobody.getVersion(), (error) => error instanceof ToxiproxyError && error.message === 'fetch failed');
});
