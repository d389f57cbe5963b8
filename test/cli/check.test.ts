import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.ts';
import { edited, filesWith, tea } from '../content/files.ts';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

/** Runs the command on a folder of its own. */
async function run(
  changes: Record<string, string | undefined> | undefined,
  ...args: string[]
): Promise<{ code: number; lines: string[] }> {
  const root = await mkdtemp(path.join(tmpdir(), 'check-'));
  folders.push(root);
  const files = new Map(changes ? filesWith(changes) : []);
  for (const [file, text] of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  const lines: string[] = [];
  const code = await check(args, root, (line) => lines.push(line));
  return { code, lines };
}

test('good content: warnings, the list of open questions, one closing line, 0', async () => {
  const { code, lines } = await run({}, '--today', '2026-11-24');
  expect(code).toBe(0);
  expect(lines).toContain('    UBND phường: 2 điều');
  expect(lines.at(-1)).toBe(
    'Đạt: không có lỗi, 3 điều nên sửa · 3 mục · 0 hết hạn · 1 mục còn phần chưa xác minh · 1 cơ quan chưa có liên hệ',
  );
});

test('something wrong: each with file, line and code, once, and 1', async () => {
  const { code, lines } = await run(edited(tea, 'Ba ngày.', 'Được xóa.'), '--today', '2026-11-24');
  expect(code).toBe(1);
  expect(lines[0]).toBe('Phải sửa (1)');
  expect(lines[1]).toBe(`${tea}:33: dấu thanh đặt theo kiểu cũ: "xóa" – viết "xoá" [style.tone]`);
  expect(lines.at(-1)).toMatch(/^Chưa đạt: 1 lỗi, /);
});

test('a broken head of a topic is told once, though two readers find it', async () => {
  const broken = edited(
    'intents/tea_shop.yaml',
    'button: Quán trà',
    'button: Quán trà và nước giải khát',
  );
  const { lines } = await run(broken, '--today', '2026-11-24');
  expect(lines.filter((line) => line.startsWith('intents/tea_shop.yaml:2:'))).toHaveLength(1);
});

test('a sentence kept for measuring that was learnt is refused, with its row', async () => {
  const kept = {
    'test/held-out/a.tsv':
      'tea_shop\tclean\tbán trà\tw9\ntea_shop\tclean\tmo quan tra the nao\tw9\n',
  };
  const { code, lines } = await run(kept, '--today', '2026-11-24');
  expect(code).toBe(1);
  expect(lines[1]).toMatch(
    /^test\/held-out\/a\.tsv:2: .*intents\/tea_shop\.yaml:8.*\[heldOut\.tooNear\]$/,
  );
});

test('sentences kept in another form are not passed over in silence', async () => {
  const { code, lines } = await run({ 'test/held-out/a.json': '[]' }, '--today', '2026-11-24');
  expect(code).toBe(1);
  expect(lines[1]).toMatch(/^test\/held-out\/a\.json:1: .*\[heldOut\.form\]$/);
});

test('--todo writes every open question out', async () => {
  const { lines } = await run({}, '--todo', '--today', '2026-11-24');
  expect(lines).toContain(`    ${tea}:24: Mở quán trà: mẫu đơn – hỏi UBND phường`);
});

test('--today judges as of another day', async () => {
  const { code, lines } = await run({}, '--today', '2027-05-23');
  expect(code).toBe(0);
  expect(lines.at(-1)).toContain('3 hết hạn');
});

test.each([[['--all']], [['--today']], [['--today', 'mai']], [['--today', '2027-02-30']]])(
  'wrong use (%j) explains itself: 2',
  async (args) => {
    const { code, lines } = await run({}, ...args);
    expect(code).toBe(2);
    expect(lines[0]).toMatch(/^Dùng: npm run check/);
  },
);

test('a folder without content says where to run: 2', async () => {
  const { code, lines } = await run(undefined);
  expect(code).toBe(2);
  expect(lines[0]).toMatch(/^Không thấy content\//);
});
