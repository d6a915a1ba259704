// Somebody who receives by XMPP, with a client that is not ours.
'use strict';

const path = require('node:path');
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');

class Messages {
  // Online at the server of the test; ends with `close`.
  static async start({ host, port, address, password }) {
    const script = path.join(__dirname, '..', 'support', 'xmpp_listen.py');
    const environment = { ...process.env, PYTHONPATH: process.env.STEWARD_TEST_PYTHONPATH };
    const options = { env: environment, stdio: ['ignore', 'pipe', 'inherit'] };
    const messages = new Messages(spawn('python3', [script, host, port, address, password], options));
    await messages.until(() => messages.online, 'the reader is online');
    return messages;
  }

  constructor(client) {
    Object.assign(this, { client, online: false, texts: [] });
    createInterface({ input: client.stdout }).on('line', (line) => {
      const fact = JSON.parse(line);
      if (fact.ready) this.online = true;
      if (fact.body) this.texts.push(fact.body);
    });
  }

  // The first message with these words; waits for it.
  async about(words) {
    const found = () => this.texts.find((text) => text.includes(words));
    return this.until(found, `a message about "${words}"`);
  }

  async until(found, what) {
    for (let patience = 400; patience > 0; patience -= 1) {
      const answer = found();
      if (answer) return answer;
      await new Promise((resume) => setTimeout(resume, 50));
    }
    throw new Error(`${what}: not seen; there are: ${this.texts}`);
  }

  close() {
    this.client.kill();
  }
}

module.exports = { Messages };
