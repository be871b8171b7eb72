// Takes the pictures of README.md, from the real demo in a real browser: npm run pictures
// Needs Debian's chromium, ffmpeg, fonts-inter and fonts-jetbrains-mono. Writes to .github/docs.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { film } from './film.mjs';

const OUT = resolve('.github/docs');
const BIN = resolve('dist/bot/cli/keyturn.js');
const PORT = '3000';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--font-render-hinting=none',
];

for (const [program, what] of [
  ['/usr/bin/chromium', 'chromium'],
  ['ffmpeg', 'ffmpeg'],
  ['fc-list', 'fontconfig'],
]) {
  try {
    execFileSync(program, [program === 'ffmpeg' ? '-version' : '--version'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error(`the pictures need ${what}`, { cause });
  }
}
const fonts = execFileSync('fc-list', { encoding: 'utf8' });
for (const font of ['Inter', 'JetBrains Mono']) {
  if (!fonts.includes(font)) throw new Error(`the pictures need the font ${font}`);
}

/** The demo in a folder of its own, as `npm start` runs it. */
async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-pictures-'));
  writeFileSync(join(folder, 'README.md'), '# My project\n');
  const server = spawn(process.execPath, [BIN, 'serve'], { cwd: folder, env: { ...process.env, PORT } });
  let said = '';
  server.stdout.on('data', (text) => {
    said += text;
  });
  server.stderr.on('data', (text) => process.stderr.write(text));
  while (!said.includes('export URL=')) await new Promise((done) => setTimeout(done, 50));
  const line = (pattern) => pattern.exec(said)?.[1] ?? '';
  return {
    line,
    run: (command) => spawn('bash', ['-c', command], { cwd: folder, stdio: 'ignore' }),
    code: (person) =>
      execFileSync(process.execPath, [BIN, 'room', 'code', person], { cwd: folder, encoding: 'utf8' }).trim(),
    stop() {
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const demo = await startDemo();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
try {
  const url = `http://127.0.0.1:${PORT}/room`;
  const visit = async (person, theme, width, height, scale = 2) => {
    const viewport = { width, height };
    const context = await browser.newContext({ viewport, colorScheme: theme, deviceScaleFactor: scale });
    const page = await context.newPage();
    await page.goto(url);
    if (person !== null) {
      await page.getByLabel('Room code or API token').fill(demo.code(person));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('#connection.live').waitFor();
    }
    return page;
  };
  const guard = demo.line(/^ {3}(KEYTURN_URL=.+ guard .+)$/m);

  await film({ visit, run: demo.run, guard, out: join(OUT, 'first-approval.webp') });
  demo.run(guard);
  const message = (page) => page.getByRole('article', { name: 'Request 2 from' });
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of [
      [1280, 1010],
      [390, 844],
    ]) {
      const page = await visit('bob', theme, width, height, width === 390 ? 2 : 1.5);
      await message(page).waitFor();
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(OUT, `room-${theme}-${width}.png`) });
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  demo.stop();
}
