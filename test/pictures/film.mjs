// The animated picture: what Bob sees of a first approval, and what Alice is told.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE = [1080, 760];
const MOST_BYTES = 1_000_000;

/** Takes a frame at each step of the story and puts them one after another. */
export async function film({ visit, run, guard, out }) {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-film-'));
  const frames = [];
  const frame = async (page, seconds) => {
    await page.waitForTimeout(300);
    const path = join(folder, `${String(frames.length).padStart(2, '0')}.png`);
    await page.screenshot({ path });
    frames.push({ path, seconds });
  };
  const [width, height] = SIZE;
  const message = (page) => page.getByRole('article', { name: 'Request 1 from' });
  const press = (page, name) => message(page).getByRole('button', { name, exact: true });
  try {
    const bob = await visit('bob', 'light', width, height, 1);
    const alice = await visit('alice', 'dark', width, height, 1);
    await frame(bob, 1.4);
    run(guard);
    await message(bob).waitFor();
    await message(alice).waitFor();
    await frame(bob, 2.6);
    await press(alice, 'Approve').click();
    await message(alice).locator('.note').waitFor();
    await frame(alice, 2.8);
    await press(bob, 'View full payload').click();
    await bob.getByRole('dialog').waitFor();
    await frame(bob, 2.4);
    await bob.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await message(bob).filter({ hasText: 'It succeeded' }).waitFor();
    await frame(bob, 3.4);
    await Promise.all([bob.context().close(), alice.context().close()]);

    // ffmpeg takes the time of the last frame only if that frame is named once more.
    const list = [...frames, { ...frames.at(-1), seconds: 0.1 }];
    const text = list.map(({ path, seconds }) => `file '${path}'\nduration ${seconds}`).join('\n');
    writeFileSync(join(folder, 'list.txt'), text);
    const input = ['-f', 'concat', '-safe', '0', '-i', join(folder, 'list.txt')];
    const output = ['-c:v', 'libwebp_anim', '-quality', '88', '-compression_level', '6', '-loop', '0'];
    execFileSync('ffmpeg', ['-y', '-loglevel', 'error', ...input, '-fps_mode', 'vfr', ...output, out]);
    const { size } = statSync(out);
    if (size > MOST_BYTES) throw new Error(`${out} has ${size} bytes, more than ${MOST_BYTES}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
