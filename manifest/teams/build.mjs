// Makes the package that Teams takes: node manifest/teams/build.mjs APP_ID [keyturn-teams.zip]
// The icons are drawn here: two keys that turn in one lock. Nothing else is needed than Node.
import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const PLACEHOLDER = '00000000-0000-0000-0000-000000000000';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Two keys side by side, on a square of one: null outside of them. */
function isKey(x, y) {
  const oneKey = (centre) => {
    const bow = Math.hypot(x - centre, y - 0.34);
    const isBow = bow < 0.155 && bow > 0.07;
    const isShaft = Math.abs(x - centre) < 0.04 && y > 0.48 && y < 0.84;
    const isBit = x > centre && x < centre + 0.13 && ((y > 0.64 && y < 0.7) || (y > 0.76 && y < 0.84));
    return isBow || isShaft || isBit;
  };
  return oneKey(0.3) || oneKey(0.66);
}

/** Each pixel is the mean of sixteen points, so that the edges are smooth. */
function coverage(px, py, size) {
  let hits = 0;
  for (let i = 0; i < 16; i += 1) {
    const x = (px + ((i % 4) + 0.5) / 4) / size;
    const y = (py + (Math.floor(i / 4) + 0.5) / 4) / size;
    if (isKey(x, y)) hits += 1;
  }
  return hits / 16;
}

function drawn(size, pixelOf) {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      rows.set(pixelOf(coverage(x, y, size)), y * (size * 4 + 1) + 1 + x * 4);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

const mix = (from, to, part) => Math.round(from + (to - from) * part);
const BACK = [0x1f, 0x3a, 0x5f];
const KEYS = [0xff, 0xd2, 0x6b];

/** 192 pixels, in colour, on a full square. */
export function colorIcon() {
  return drawn(192, (part) => [...BACK.map((from, index) => mix(from, KEYS[index], part)), 255]);
}

/** 32 pixels, white on nothing: Teams colours it itself. */
export function outlineIcon() {
  return drawn(32, (part) => [255, 255, 255, Math.round(part * 255)]);
}

/** A zip of stored files, with a fixed date: the same input gives the same bytes. */
function zip(files) {
  const parts = [];
  const entries = [];
  let offset = 0;
  for (const [name, data] of files) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x21, 8);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    entries.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

export function teamsPackage(appId) {
  if (!UUID.test(appId)) throw new Error('APP_ID must be the id of your app registration, a lowercase UUID');
  const manifest = readFileSync(new URL('manifest.json', import.meta.url), 'utf8').replaceAll(
    PLACEHOLDER,
    appId,
  );
  return zip([
    ['manifest.json', Buffer.from(manifest)],
    ['color.png', colorIcon()],
    ['outline.png', outlineIcon()],
  ]);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [appId = '', out = 'keyturn-teams.zip'] = process.argv.slice(2);
  try {
    writeFileSync(out, teamsPackage(appId));
    process.stdout.write(`${out} is the package. In Teams: Apps, Manage your apps, Upload an app.\n`);
  } catch (cause) {
    process.stderr.write(`${cause.message}\n`);
    process.exitCode = 78;
  }
}
