// A real SMTP server for the integration tests, with faults on demand.
//
//   node smtp.mjs --tls none|implicit|starttls [--cert FILE --key FILE] [--auth user:password] [--port N]
//
// It tells what happens as JSON lines on stdout, and takes {"fault":"…"} as JSON lines on stdin.
// It ends when stdin closes, so it never outlives the test that started it.
// With --auth, mail is taken only after AUTH; without it, AUTH does not exist.

import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';

const FAULTS = [
  'none',
  'refuse-connection', // 421 in place of the greeting
  'greylist', // 451 to RCPT
  'reject', // 550 to RCPT
  'full', // 452 after the message
  'refuse-message', // 554 after the message
  'hang-greeting', // never says anything (with implicit TLS: no handshake either)
  'hang-data', // takes the message, never answers
  'drop-data', // cuts the connection in the middle of the message
  'drop-after-data', // takes the message, then cuts the connection without an answer
  'bad-auth', // 535 to every AUTH
  'no-starttls', // as if the server had no STARTTLS
];

const { values: args } = parseArgs({
  options: {
    tls: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    auth: { type: 'string' },
    port: { type: 'string', default: '0' },
  },
});
if (!['none', 'implicit', 'starttls'].includes(args.tls)) fail('--tls must be none, implicit or starttls');
if (args.tls !== 'none' && !(args.cert && args.key)) fail(`--tls ${args.tls} needs --cert and --key`);

let fault = 'none';

function fail(message) {
  console.error(`smtp.mjs: ${message}`);
  process.exit(2);
}

// Writing to a pipe is synchronous on Linux and macOS: nothing to flush.
function emit(event, fields = {}) {
  process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');
}

// Bytes from the network. Latin-1 keeps every byte visible where they are not UTF-8.
function text(bytes) {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

// What stands between < and > in MAIL FROM and RCPT TO, or all of the argument if nothing does.
// A quoted local part may hold a > of its own.
function path(line) {
  const argument = line.slice(line.indexOf(':') + 1);
  return /<((?:"(?:\\.|[^"\\])*"|[^">])*)>/.exec(argument)?.[1] ?? argument;
}

function reply(responseCode, message) {
  return Object.assign(new Error(message), { responseCode });
}

// smtp-server hands out addresses after normalisation (punycode decoded), and none at all for
// commands that it refuses itself. So look at each command line before it does.
const onCommand = SMTPConnection.prototype._onCommand;
SMTPConnection.prototype._onCommand = function (bytes, next) {
  // Not a command: a line of an AUTH exchange, or clear text left behind by STARTTLS.
  if (!this._nextHandler && !this._upgrading) {
    const line = text(bytes);
    const name = line.split(' ')[0].toUpperCase();
    if (name === 'RCPT') emit('rcpt', { address: path(line) });
    if (name === 'MAIL' && args.tls === 'starttls' && !this.secure) emit('cleartext-mail');
    this.session.path = path(line);
    this.session.drop = () => this._socket.destroy();
  }
  return onCommand.call(this, bytes, next);
};

class Server extends SMTPServer {
  // The session takes the id that its TCP connection was announced with.
  connect(socket, options) {
    super.connect(socket, { ...options, id: idByPort.get(socket.remotePort) });
  }
}

const server = new Server({
  name: 'mail.test',
  logger: false,
  disableReverseLookup: true,
  secure: args.tls === 'implicit',
  ...(args.tls !== 'none' && { cert: readFileSync(args.cert), key: readFileSync(args.key) }),
  disabledCommands: disabledCommands(),

  onConnect(_session, done) {
    done(fault === 'refuse-connection' ? reply(421, 'Service not available, try again later') : null);
  },

  onAuth(auth, _session, done) {
    if (fault === 'bad-auth' || `${auth.username}:${auth.password}` !== args.auth) {
      return done(reply(535, '5.7.8 Authentication credentials invalid'));
    }
    done(null, { user: auth.username });
  },

  onMailFrom(address, session, done) {
    address.raw = session.path;
    done();
  },

  onRcptTo(address, session, done) {
    address.raw = session.path;
    if (fault === 'greylist') return done(reply(451, '4.7.1 Greylisted, try again later'));
    if (fault === 'reject') return done(reply(550, '5.1.1 No such user here'));
    done();
  },

  onData(stream, session, done) {
    const now = fault; // as it was when DATA came
    const chunks = [];
    stream.on('data', (chunk) => {
      if (now === 'drop-data') session.drop();
      chunks.push(chunk);
    });
    stream.on('end', () => {
      if (now === 'drop-data') return session.drop(); // a message without a single byte
      if (now === 'hang-data') return;
      if (now === 'full') return done(reply(452, '4.2.2 Mailbox full'));
      if (now === 'refuse-message') return done(reply(554, '5.7.1 Message refused'));
      const { mailFrom, rcptTo } = session.envelope;
      // Before the answer, so that whoever has seen the answer can count on the event.
      emit('message', {
        from: mailFrom.raw,
        to: rcptTo.map((to) => to.raw),
        raw: text(Buffer.concat(chunks)),
        secure: session.secure,
        user: session.user || null,
      });
      if (now === 'drop-after-data') return session.drop();
      done();
    });
  },

  onClose(session) {
    closed(session.id);
  },
});
// A client that breaks off a handshake or a connection ends up here; tests do that on purpose.
server.on('error', (error) => console.error(`smtp.mjs: ${error.message}`));

function disabledCommands() {
  const disabled = [];
  if (args.tls !== 'starttls' || fault === 'no-starttls') disabled.push('STARTTLS');
  if (!args.auth) disabled.push('AUTH');
  return disabled;
}

// The listener stands in front of smtp-server's own, which never listens: this way a connection is
// seen before the TLS handshake, and can be left hanging there.
let connections = 0;
const open = new Set();
const idByPort = new Map();

const front = net.createServer((socket) => {
  const id = String(++connections);
  open.add(id);
  idByPort.set(socket.remotePort, id);
  emit('connection', { id });
  // STARTTLS strips this listener from the socket: onClose above reports those.
  socket.on('close', () => closed(id));
  if (fault === 'hang-greeting') {
    socket.on('error', () => {});
    socket.resume(); // or the end of the connection would go unnoticed
  } else {
    server.server.emit('connection', socket);
  }
});
front.listen(Number(args.port), '127.0.0.1', () => emit('listening', { port: front.address().port }));

function closed(id) {
  if (open.delete(id)) emit('close', { id });
}

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const wanted = JSON.parse(line).fault;
  if (!FAULTS.includes(wanted)) fail(`unknown fault ${wanted}`);
  fault = wanted;
  server.options.disabledCommands = disabledCommands();
  emit('fault', { fault });
});
commands.on('close', () => process.exit(0));
process.stdout.on('error', () => process.exit(0)); // nobody listens any more
