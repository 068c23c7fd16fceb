/**
 * The program of the thread in which the WebAssembly pg_dump runs, as text: it has to start alike from TypeScript sources and from the build.
 *
 * pg_dump wants answers in the call that sends, so the thread sleeps until the other side has one. It sends only whole messages that the server
 * answers (startup, Query, Sync, password), and what came before them.
 */
export const WASM_WORKER = `
const { parentPort, workerData, receiveMessageOnPort } = require('node:worker_threads');
const { pgDump } = require(workerData.module);
const { gate, answers, options } = workerData;
const ANSWERED = new Set(['Q', 'S', 'p', 'F', 'c', 'f']);
let outgoing = Buffer.alloc(0);
let isStarted = false;

const connection = {
  query: async () => ({ rows: [{ search_path: '' }] }),
  exec: async () => [],
  execProtocolRawStream(bytes, { onRawData }) {
    outgoing = Buffer.concat([outgoing, bytes]);
    if (!endsWithQuestion()) return;
    parentPort.postMessage({ send: outgoing });
    outgoing = Buffer.alloc(0);
    while (Atomics.load(gate, 0) === 0) Atomics.wait(gate, 0, 0); // the notification of the answer before may come late
    Atomics.store(gate, 0, 0);
    const { message } = receiveMessageOnPort(answers);
    onRawData(message);
  },
};

function endsWithQuestion() {
  let at = 0;
  let last = '';
  while (at < outgoing.length) {
    const head = isStarted ? 1 : 0;
    if (outgoing.length - at < head + 4) return false;
    const length = outgoing.readInt32BE(at + head) + head;
    if (outgoing.length - at < length) return false;
    last = isStarted ? String.fromCharCode(outgoing[at]) : 'startup';
    isStarted = true;
    at += length;
  }
  return last === 'startup' || ANSWERED.has(last);
}

pgDump({ pg: connection, args: options })
  .then((file) => file.text())
  .then((text) => parentPort.postMessage({ text }), (error) => parentPort.postMessage({ failure: String(error.message) }));
`;
