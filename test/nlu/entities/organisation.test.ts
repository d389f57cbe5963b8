import { expect, test } from '@jest/globals';
import { instantOf } from '../../../src/conversation/calendar.ts';
import { findEntities } from '../../../src/nlu/entities/index.ts';
import { removeMarks } from '../../../src/nlu/syllable.ts';
import { realContent } from '../../support/content.ts';

const now = instantOf({ year: 2026, month: 3, day: 4 }, 10);
const { gazetteer, organisations } = await realContent();

const read = (text: string): string =>
  findEntities(text.normalize('NFC'), now, gazetteer)
    .filter(({ type }) => type === 'organisation')
    .map(({ value, candidates }) => value ?? `?${candidates?.join('|')}`)
    .join(' ');

test('every office is found by its own and its former names, with accents or without', () => {
  expect(organisations).toHaveLength(32);
  for (const { id, name, formerly } of organisations) {
    for (const text of [name, ...formerly]) {
      expect([text, read(`liên hệ ${text} ở đâu`)]).toEqual([text, id]);
      expect([text, read(removeMarks(text))]).toEqual([text, id]);
    }
  }
});

test.each([
  ['sở khoa học', 'so-khcn'],
  ['so kh&cn', 'so-khcn'],
  ['Sở KHCN', 'so-khcn'],
  ['sở TT&TT', 'so-khcn'],
  ['sở kế hoạch đầu tư', ''],
  ['sở KH&ĐT', 'so-tai-chinh'],
  ['ngân hàng chính sách', 'nhcsxh'],
  ['vay nhcsxh', 'nhcsxh'],
  ['hội phụ nữ', 'hoi-lhpn'],
  ['hoi nong dan', 'hoi-nong-dan'],
  ['tỉnh đoàn', 'tinh-doan'],
  ['uỷ ban xã', 'ubnd-cap-xa'],
  ['ủy ban nhân dân tỉnh', 'ubnd-tinh'],
  ['văn phòng UBND tỉnh', 'van-phong-ubnd-tinh'],
  ['liên minh htx', 'lien-minh-htx'],
  ['chi cục thuế', 'thue-tinh'],
  ['ĐH Tây Nguyên', 'dh-tay-nguyen'],
  ['smedf', 'smedf'],
  ['natec', 'natec'],
  ['bộ phận một cửa', 'ttpvhcc'],
])('“%s” is %s', (text, id) => {
  expect(read(text)).toBe(id);
});

test.each([
  'sở thích của em',
  'cơ sở kinh doanh',
  'vườn ươm cà phê giống',
  'thuê tỉnh nào rẻ',
  'hội chợ',
  'công ăn việc làm',
  'đoàn kết',
])('“%s” names no office', (text) => {
  expect(read(text)).toBe('');
});
