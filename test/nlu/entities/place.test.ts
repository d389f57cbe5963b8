import { describe, expect, test } from '@jest/globals';
import { emptyGazetteer } from '../../../src/nlu/entities/gazetteer.ts';
import { findEntities } from '../../../src/nlu/entities/index.ts';
import { readPlace } from '../../../src/nlu/entities/place.ts';
import { instantOf } from '../../../src/conversation/calendar.ts';
import { removeMarks } from '../../../src/nlu/syllable.ts';
import { realContent } from '../../support/content.ts';

const now = instantOf({ year: 2026, month: 3, day: 4 }, 10);
const { gazetteer } = await realContent();

/** Names of the communes read, `?` before what is only a candidate. */
function read(text: string): string {
  const name = (code: unknown): string => gazetteer.communeName(String(code)) ?? 'unknown';
  return findEntities(text.normalize('NFC'), now, gazetteer)
    .filter(({ type }) => type === 'place')
    .map(({ value, candidates }) =>
      candidates ? `?${candidates.map(name).join('|')}` : name(value),
    )
    .join(', ');
}

const communes = [
  ...new Set(
    [...gazetteer.places.values()]
      .flat()
      .filter(({ level }) => level === 'commune')
      .flatMap(({ codes }) => codes),
  ),
];

test('all 102 communes and wards are known', () => {
  expect(communes).toHaveLength(102);
});

test('each is among the readings of its own name, with accents or without', () => {
  for (const code of communes) {
    const name = gazetteer.communeName(code) ?? '';
    for (const text of [`em ở ${name}`, removeMarks(`em o ${name.toLowerCase()}`)]) {
      const [place] = findEntities(text, now, gazetteer);
      const codes = place?.candidates ?? [place?.value];
      expect([text, codes]).toEqual([text, expect.arrayContaining([code])]);
    }
  }
});

test.each([
  ['em ở xã Ea Kar', 'xã Ea Kar'],
  ['e o xa ea kar', 'xã Ea Kar'],
  ['xã eakar', 'xã Ea Kar'],
  ["Cư M'Droh", ''],
  ["xã Cư M'gar", "xã Cư M'gar"],
  ['xã Cu Mgar', "xã Cư M'gar"],
  ['xa cumgar', "xã Cư M'gar"],
  ['xã Ea Hleo', "xã Ea H'Leo"],
  ['xã Ea H’Leo', "xã Ea H'Leo"],
  ['xã Krong Pak', 'xã Krông Pắc'],
  ['Ea Knuếk', 'xã Ea Knuếc'],
  ['Pơng Drang', 'xã Pơng Drang'],
  ['phường Phú Yên', 'phường Phú Yên'],
  ['p. Buôn Hồ', 'phường Buôn Hồ'],
  ['ubnd phường Ea Kao', 'phường Ea Kao'],
  ['e ở tận Nam Ka', 'xã Nam Ka'],
  ['xã Phú Hòa 2', 'xã Phú Hoà 2'],
])('“%s” is %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

describe('old names are where they are today', () => {
  test.each([
    ['phường Tân Lợi', 'phường Buôn Ma Thuột'],
    ['phường 7', 'phường Tuy Hoà'],
    ['phường Tự An', 'phường Buôn Ma Thuột'],
    ['xã Cư Êbur', 'phường Buôn Ma Thuột'],
    ['phường Ea Tam', 'phường Ea Kao'],
    ['xã Ea Tu', 'phường Tân An'],
    ['phường Tân Hoà', 'phường Tân Lập'],
    ['phường Khánh Xuân', 'phường Thành Nhất'],
    ['thị trấn Phước An', 'xã Krông Pắc'],
    ['phường Thắng Lợi', 'phường Buôn Ma Thuột'],
  ])('“%s”: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

describe('what may be several is asked about', () => {
  test.each([
    ['xã Ea Bhôk', '?xã Ea Ktur|xã Dray Bhăng'],
    ['xã Ea Bia', '?xã Sông Hinh|xã Đức Bình'],
    [
      'em ở BMT',
      '?phường Buôn Ma Thuột|phường Tân Lập|phường Thành Nhất|phường Tân An|phường Ea Kao|xã Hoà Phú',
    ],
    ['thị xã Buôn Hồ', '?phường Buôn Hồ|phường Cư Bao|xã Ea Drông'],
  ])('“%s”', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test('an old district has all that became of it, the commune of its name first', () => {
    expect(read('huyện Krông Pắc')).toMatch(/^\?xã Krông Pắc\|/);
    expect(read('em ở Krông Pắc')).toMatch(/^\?xã Krông Pắc\|/);
  });

  test.each(['xã Hoà Xuân', 'xã Hoà Phú', 'Tân Lập'])('“%s” is two places', (name) => {
    expect(read(`em ở ${name}`)).toMatch(/^\?.+\|/);
  });
});

describe('the old district or province beside a name says which', () => {
  test.each([
    ['xã Hoà Xuân, Buôn Ma Thuột', 'xã Hoà Phú'],
    ['xã Hoà Xuân BMT', 'xã Hoà Phú'],
    ['xã Hoà Phú, huyện Tây Hoà', 'xã Sơn Thành'],
    ['xã Hoà Thắng, BMT', 'phường Tân Lập'],
    ['phường Tân Lập, BMT', 'phường Tân Lập'],
    ['xã Ea Kar, huyện Ea Kar, tỉnh Đắk Lắk', 'xã Ea Kar'],
  ])('“%s”: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

test.each([
  'chúc ad thành công',
  'thống nhất giờ học',
  'huyen thanh cong',
  'đoàn kết',
  'tỉnh Đắk Lắk',
  'ở Đắk Lắk',
  'dak lak',
  'Phú Yên',
  'tỉnh Phú Yên',
  'xã hay lên',
  'phuong an kinh doanh',
  'cu bao nhieu thi duoc',
  'buồn hồ sơ chưa có',
  'bình an',
  'em tân tiến lắm',
  'công ty Thành Công',
  'lắc đầu',
  'hoà bình',
  'sông cầu',
  'làm v là k được',
  'em cần 1 bạn, 9 người',
])('“%s” names no commune', (text) => {
  expect(read(text)).toBe('');
});

test('asked where, everyday words are a name, too', () => {
  const tanLap = readPlace('dạ tân lập ạ', gazetteer);
  expect(tanLap).toMatchObject({ candidates: expect.arrayContaining(['24121']) });
  expect(readPlace('ea kar', gazetteer)).toMatchObject({
    candidates: expect.arrayContaining(['24373']),
  });
  expect(readPlace('xã Ea Kar', gazetteer)).toEqual({ value: '24373' });
  expect(readPlace('thành nhất', gazetteer)).toEqual({ value: '24154' });
  expect(readPlace('không biết', gazetteer)).toBeUndefined();
  expect(readPlace('ở Hà Nội', gazetteer)).toBeUndefined();
});

test('without a gazetteer no place is known', () => {
  expect(findEntities('xã Ea Kar', now)).toEqual([]);
  expect(emptyGazetteer.communeName('24373')).toBeUndefined();
});

test('the span holds the kind of unit and the district', () => {
  const text = 'Em ở xã Hoà Xuân, Buôn Ma Thuột ạ';
  const [place] = findEntities(text, now, gazetteer);
  expect(place?.text).toBe('xã Hoà Xuân, Buôn Ma Thuột');
});
