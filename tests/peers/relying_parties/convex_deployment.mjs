// As much of a Convex deployment as its clients need to be signed in: the sync protocol over a WebSocket, and queries over
// HTTP. It has one function, a query: of who asks it, or what `run` makes of that.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { Deployment, Refused } from './convex_rules.mjs';

export async function deploy(providers) {
  const deployment = new Deployment(providers);
  const server = createServer((request, response) => query(deployment, request, response));
  const sockets = new Set();
  // What clients said about who they are: `User` or `None`, and what came of it.
  deployment.heard = [];
  deployment.run = (who) => who;
  new WebSocketServer({ server }).on('connection', (socket) => {
    const client = new Connection(deployment, socket);
    sockets.add(client);
    socket.on('close', () => sockets.delete(client));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  deployment.url = `http://127.0.0.1:${server.address().port}`;
  // It looks whether somebody's token has expired.
  deployment.look = () => sockets.forEach((client) => client.look());
  return deployment;
}

async function query(deployment, request, response) {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  request.resume();
  const bearer = /^bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  try {
    const value = bearer ? await deployment.run(await deployment.judge(bearer.trim())) : null;
    answer(200, { status: 'success', value, logLines: [] });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer(error.status, { code: error.code, message: error.message });
  }
}

class Connection {
  #version = { querySet: 0, identity: 0, ts: 0n };
  #queries = new Set();
  #answer = null;
  #exp = Infinity;
  #skew = 0;
  #before = Promise.resolve();

  constructor(deployment, socket) {
    Object.assign(this, { deployment, socket });
    socket.on('message', (data) => {
      // One after the other, in their order.
      this.#before = this.#before.then(() => this.#hear(JSON.parse(data)));
    });
  }

  async #hear(message) {
    if (message.type === 'Connect') this.#skew = message.clientTs - this.deployment.now() * 1000;
    if (message.type === 'Authenticate') await this.#authenticate(message);
    if (message.type === 'ModifyQuerySet') {
      for (const { type, queryId } of message.modifications) this.#queries[type === 'Add' ? 'add' : 'delete'](queryId);
      this.#advance({ querySet: message.newVersion });
    }
  }

  async #authenticate({ tokenType, value, baseVersion }) {
    try {
      const who = tokenType === 'User' ? await this.deployment.judge(value) : null;
      this.#exp = who ? JSON.parse(Buffer.from(value.split('.')[1], 'base64url')).exp : Infinity;
      this.#answer = await this.deployment.run(who);
      this.deployment.heard.push(tokenType);
      this.#advance({ identity: baseVersion + 1 });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.deployment.heard.push(error.message);
      this.#fail(error.message, baseVersion, true);
    }
  }

  look() {
    if (this.deployment.now() < this.#exp) return;
    this.#exp = Infinity;
    this.#fail('Convex token identity expired', this.#version.identity, false);
  }

  #fail(error, baseVersion, authUpdateAttempted) {
    this.#say({ type: 'AuthError', error, baseVersion, authUpdateAttempted });
    this.socket.close();
  }

  #advance(changed) {
    const wire = ({ ts, ...version }) => ({ ...version, ts: u64(ts) });
    const start = this.#version;
    this.#version = { ...start, ...changed, ts: start.ts + 1n };
    const updated = (queryId) => ({ type: 'QueryUpdated', queryId, value: this.#answer, logLines: [], journal: null });
    const modifications = [...this.#queries].map(updated);
    const versions = { startVersion: wire(start), endVersion: wire(this.#version) };
    this.#say({ type: 'Transition', ...versions, modifications, clientClockSkew: this.#skew });
  }

  #say(message) {
    this.socket.send(JSON.stringify(message));
  }
}

function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(number);
  return bytes.toString('base64');
}
