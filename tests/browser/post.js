// The mailbox of the file transport, and one-time codes.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

class Post {
  constructor(folder) {
    this.folder = folder;
  }

  // The first link with a token in the mails to this address after `seen` others; waits for the mail.
  async link(address, seen = 0) {
    for (let patience = 400; patience > 0; patience -= 1) {
      const mail = this.mails(address)[seen];
      const link = mail && /https?:\/\/\S+[?&]token=[\w-]+/.exec(mail);
      if (link) return link[0];
      await new Promise((resume) => setTimeout(resume, 50));
    }
    throw new Error(`no mail ${seen + 1} with a link to ${address}; there are: ${fs.readdirSync(this.folder)}`);
  }

  // The newest mail to this address that holds the words; waits for it.
  async about(address, words) {
    for (let patience = 400; patience > 0; patience -= 1) {
      const mail = this.mails(address).reverse().find((text) => text.includes(words));
      if (mail) return mail;
      await new Promise((resume) => setTimeout(resume, 50));
    }
    throw new Error(`no mail about "${words}" to ${address}`);
  }

  mails(address) {
    const files = fs.existsSync(this.folder) ? fs.readdirSync(this.folder).filter((name) => name.endsWith('.eml')) : [];
    const texts = files.sort().map((name) => decode(fs.readFileSync(path.join(this.folder, name), 'utf8')));
    return texts.filter((text) => text.includes(address));
  }
}

// Quoted-printable, and base64 parts after it.
function decode(raw) {
  const text = raw.replaceAll('\r\n', '\n');
  const plain = text.replaceAll('=\n', '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  const blocks = [...text.matchAll(/base64\n(?:[\w-]+:.*\n)*\n([\w+/=\n]+)/gi)];
  return plain + blocks.map((block) => Buffer.from(block[1], 'base64').toString('utf8')).join('\n');
}

// RFC 6238 with SHA-1, six digits and 30 s.
function oneTimeCode(secret, at = Date.now()) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = crypto.createHmac('sha1', key).update(step).digest();
  const code = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, '0');
}

module.exports = { Post, oneTimeCode };
