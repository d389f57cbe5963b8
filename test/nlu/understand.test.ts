import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Instant } from '../../src/clock.ts';
import type { Model } from '../../src/nlu/model.ts';
import type { Previous } from '../../src/nlu/types.ts';
import { understand } from '../../src/nlu/understand.ts';
import { realModel } from '../support/model.ts';

let model: Model;
beforeAll(async () => {
  model = await realModel();
});

const now = 0 as Instant;
const read = (text: string, previous?: Previous) =>
  understand(model, text, { now, ...(previous && { previous }) });
const topicOf = (text: string, previous?: Previous) => read(text, previous).intents[0]?.name;

describe('zones', () => {
  test.each([
    ['đăng ký hộ kinh doanh cần giấy gì', 'household_registration'],
    ['vay von ngan hang chinh sach can giay to j', 'loan_nhcsxh'],
    ['OCOP chấm sao thế nào', 'ocop'],
    ['xoá hết thông tin của tôi', 'data_erasure'],
    ['cho em gặp cán bộ', 'human_handoff'],
    ['xin chào', 'greeting'],
  ])('what is plainly asked is answered: “%s”', (text, intent) => {
    expect(read(text)).toMatchObject({ decision: 'answer' });
    expect(topicOf(text)).toBe(intent);
  });

  test.each([
    ['thông tin vay vốn', 'loan_nhcsxh'],
    ['thông tin lớp khởi nghiệp', 'training'],
    ['cho em hỏi thông tin về cuộc thi khởi nghiệp', 'competition'],
    ['cho xin thong tin chi tiet ve thue ho kinh doanh a', 'household_tax'],
    ['xoá thông tin của tôi', 'data_erasure'],
    ['em muốn xem thông tin em đã gửi', 'data_access_update'],
  ])('that information is asked for says nothing of the matter: “%s”', (text, intent) => {
    expect(topicOf(text)).toBe(intent);
  });

  test.each([
    'hôm nay trời mưa không',
    'đội nào vô địch world cup',
    '😀😀😀',
    '',
    'привет как дела',
  ])('what belongs to no topic is not answered: “%s”', (text) => {
    expect(read(text).decision).toBe('human');
  });

  test('a word that could mean several topics is asked back, with all of them to choose from', () => {
    const { decision, intents } = read('lãi suất');
    expect(decision).toBe('choose');
    expect(intents.slice(0, 3).map(({ name }) => name)).toContain('loan_nhcsxh');
  });

  test('probabilities are best first and, with what is left for “none”, come to 1', () => {
    const { intents } = read('mở quán cà phê nhỏ cần giấy phép gì');
    const all = intents.map(({ probability }) => probability);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    const sum = all.reduce((total, one) => total + one, 0);
    expect(sum).toBeLessThanOrEqual(1 + 1e-9);
    expect(sum).toBeGreaterThan(0.5);
  });

  test('without one known feature nothing is claimed', () => {
    expect(read('☃ ☃')).toMatchObject({ intents: [], scope: -Infinity, decision: 'human' });
  });
});

describe('however it is typed', () => {
  test.each([
    'Đăng ký hộ kinh doanh ở đâu?',
    'dang ky ho kinh doanh o dau',
    'ĐĂNG KÝ HỘ KINH DOANH Ở ĐÂU',
    'ddawng ky ho kinh doanh o ddaau',
    'đk hộ kinh doanh ở đâu z ad',
    'đăng kýyyyy hộ kinh doanh ở đâu',
  ])('“%s” is the same question', (text) => {
    expect(topicOf(text)).toBe('household_registration');
    expect(read(text).aspect).toBe('place');
  });
});

describe('a follow-up', () => {
  const previous = { intent: 'household_registration' };

  test.each([
    ['còn phí thì sao?', 'fee'],
    ['phí bao nhiêu?', 'fee'],
    ['mất bao lâu?', 'time'],
    ['nop o dau', 'place'],
  ])('“%s” asks for another aspect of what was answered last', (text, aspect) => {
    expect(topicOf(text, previous)).toBe('household_registration');
    expect(read(text, previous)).toMatchObject({ aspect });
    expect(read(text, previous).signals).toContain('followUp');
  });

  test('without an answer before it is no follow-up', () => {
    expect(read('còn phí thì sao?').signals).not.toContain('followUp');
    expect(topicOf('phí bao nhiêu?')).not.toBe('household_registration');
  });

  test('with a topic of its own is a new question', () => {
    expect(topicOf('còn OCOP thì sao?', previous)).toBe('ocop');
  });

  test.each(['lãi suất vay', 'vay von ngan hang'])(
    '“%s” is a question of its own, whatever was spoken of',
    (text) => {
      const asked = read(text, { intent: 'scam_check' });
      expect(asked.intents[0]?.name).toMatch(/^loan_/);
      expect(asked.signals).not.toContain('followUp');
    },
  );

  test('a cry follows nothing', () => {
    expect(topicOf('mất tiền rồi', { intent: 'training' })).toBe('scam_check');
  });

  test('a greeting follows nothing', () => {
    expect(topicOf('xin chào', previous)).toBe('greeting');
  });
});

describe('a correction', () => {
  test('leaves out what was answered last, and reads the rest', () => {
    const previous = { intent: 'loan_smedf' };
    const corrected = read('không phải, ý em là vay ngân hàng chính sách', previous);
    expect(corrected.intents[0]?.name).toBe('loan_nhcsxh');
    expect(corrected.signals).toContain('correction');
    expect(corrected.intents.find(({ name }) => name === 'loan_smedf')?.probability ?? 0).toBe(0);
  });

  test('puts nothing right when nothing was answered', () => {
    expect(read('không phải, ý em là vay ngân hàng chính sách').signals).not.toContain(
      'correction',
    );
  });
});

describe('two questions in one message', () => {
  test.each([
    'Đăng ký hộ kinh doanh ở đâu? OCOP chấm sao thế nào?',
    'đăng ký hộ kinh doanh ở đâu với lại cho em hỏi OCOP chấm sao thế nào',
  ])('one is answered, the other offered: “%s”', (text) => {
    const { intents, also } = read(text);
    expect([intents[0]?.name, also].sort()).toEqual(['household_registration', 'ocop']);
  });

  test.each([
    'đăng ký hộ kinh doanh ở đâu và OCOP chấm sao thế nào',
    'dang ky ho kinh doanh o dau, con ocop cham sao the nao',
  ])('“và”, “còn” may join them: “%s”', (text) => {
    const { intents, also } = read(text);
    expect([intents[0]?.name, also].sort()).toEqual(['household_registration', 'ocop']);
  });

  test('the detail is that of the question answered', () => {
    const text = 'mở hộ kinh doanh cần giấy gì và OCOP chấm sao mất bao lâu';
    const { intents, aspect } = read(text);
    expect(intents[0]?.name === 'ocop' ? 'time' : 'papers').toBe(aspect);
  });

  test('“và” within one question joins none', () => {
    expect(read('đăng ký hộ kinh doanh và nộp giấy tờ ở đâu').also).toBeUndefined();
  });

  test('a story that ends in its one question has no second', () => {
    const { also } = read('Nhà em bán cà phê. Đăng ký hộ kinh doanh thì nộp hồ sơ ở đâu?');
    expect(also).toBeUndefined();
  });
});

describe('the aspect', () => {
  test.each([
    ['đăng ký hộ kinh doanh hết bao nhiêu tiền', 'fee'],
    ['dang ky ho kinh doanh can giay to gi', 'papers'],
    ['đăng ký hộ kinh doanh bao lâu thì xong', 'time'],
    ['đăng ký hộ kinh doanh qua mạng được không', 'online'],
    ['không đăng ký hộ kinh doanh có bị phạt không', 'penalty'],
    ['hồ sơ gì, nộp ở đâu', 'place'],
    ['nộp ở đâu, hồ sơ gì', 'papers'],
    ['OCOP', undefined],
    ['thuế hộ kinh doanh khai ntn', 'how'],
    ['thue ho kinh doanh ke khai sao', 'how'],
    ['môn bài', 'fee'],
    ['thuế môn bài bao nhiêu', 'fee'],
    ['thuế hộ kinh doanh bao nhiêu thuế', 'amount'],
    ['bán hàng online có phải nộp thuế ko', undefined],
    ['ban hang online co phai dang ky khong', 'who'],
    ['17 tuoi mo quan dc ko', 'who'],
    ['em 17 tuổi đăng ký hộ kinh doanh cần giấy gì', 'papers'],
  ])('of “%s” is %s', (text, aspect) => {
    expect(read(text).aspect).toBe(aspect);
  });
});

describe('signals', () => {
  test.each([
    ['gấp lắm mai hết hạn rồi', 'urgent'],
    ['em bị lừa mất tiền rồi', 'worried'],
    ['đồ ngu', 'rude'],
    ['em muốn đăng ký lớp học', 'act'],
  ] as const)('“%s” is %s', (text, signal) => {
    expect(read(text).signals).toContain(signal);
  });

  test.each([
    'tôi muốn chết quá',
    'toi muon chet',
    'em nghĩ đến tự tử',
    'ổng doạ giết em',
    'k biet song sao nua',
    'cứu tôi với',
  ])('“%s” is a life in danger', (text) => {
    expect(read(text)).toMatchObject({ decision: 'human' });
    expect(read(text).signals).toContain('danger');
  });

  test.each([
    'buồn chết đi được',
    'cười muốn chết',
    'máy chết hoài',
    'cây tiêu muốn chết hết',
    'từ từ em làm',
    'tu tu da',
    'cứu em với mai nộp bài dự thi rồi mà chưa biết thể lệ',
  ])('“%s” is none', (text) => {
    expect(read(text).signals).not.toContain('danger');
  });

  test('what costs money is no money lost', () => {
    expect(read('đăng ký có mất tiền không').signals).toEqual(['act']);
    expect(read('mất tiền rồi').signals).toContain('moneyGone');
  });

  test.each(['đút lót', 'to cao can bo nhan tien', 'xã bắt đưa tiền mới làm giấy'])(
    '“%s” is a complaint',
    (text) => {
      expect(read(text)).toMatchObject({ decision: 'answer' });
      expect(topicOf(text)).toBe('complaint_feedback');
    },
  );

  test.each(['gọi ai', 'giờ sao', 'phải làm sao', 'bao o dau'])(
    '“%s” after the advice on scams is about it',
    (text) => {
      expect(topicOf(text, { intent: 'scam_check' })).toBe('scam_check');
    },
  );

  test('the price of what is grown is known by word and goods together', () => {
    for (const text of ['gia tieu hom nay', '1 kg ca phe bao nhieu tien', 'giá phân bón']) {
      expect(read(text).signals).toContain('price');
    }
    for (const text of ['gia dinh trong tieu', 'đánh giá cà phê đặc sản', 'giá vé']) {
      expect(read(text).signals).not.toContain('price');
    }
  });

  test('“ngủ” is not rude, nor is “ngu” without its accents', () => {
    expect(read('ngủ ngon nhé').signals).toEqual([]);
    expect(read('ngu ngon nhe').signals).toEqual([]);
    expect(read('mày ngu').signals).toContain('rude');
  });

  test.each(['chị ơi', 'chị cho em hỏi', 'c ơi'])('“%s” is not rude', (text) => {
    expect(read(text).signals).not.toContain('rude');
  });

  test('who is in trouble is offered a person, not a choice of topics', () => {
    const calm = 'lãi suất';
    expect(read(calm).decision).toBe('choose');
    expect(read(`${calm} gấp lắm`)).toMatchObject({ decision: 'human' });
  });
});

describe('courtesy', () => {
  test.each(['alo ad ơi', 'dạ em chào ạ', 'xin chao'])('“%s” is nothing else', (text) => {
    expect(read(text).courtesy).toBe(true);
  });
  test.each(['chào ad, vay vốn ở đâu', '', 'OCOP'])('“%s” is more, or less', (text) => {
    expect(read(text).courtesy).toBeUndefined();
  });
});

describe('topics outside that say why not', () => {
  test('are named when nothing in scope fits', () => {
    expect(read('giá cà phê hôm nay bao nhiêu').outside).toBe('gia_nong_san_vat_tu');
    expect(read('làm khai sinh cho con ở đâu').outside).toBe('ho_tich');
  });
  test('are not named for a question of ours', () => {
    expect(read('đăng ký hộ kinh doanh cần giấy gì').outside).toBeUndefined();
  });
});

test('any text is understood, however long or odd', () => {
  for (const text of [
    'a'.repeat(100_000),
    '\u0000\ud800',
    'ạ'.repeat(5_000),
    '0905123456 '.repeat(900),
  ]) {
    const { intents, decision } = read(text);
    expect(['answer', 'choose', 'human']).toContain(decision);
    for (const { probability } of intents) expect(Number.isFinite(probability)).toBe(true);
  }
});

test('nothing is remembered from one message to the next', () => {
  const before = read('đăng ký hộ kinh doanh cần giấy gì');
  read('vay von ngan hang chinh sach');
  expect(read('đăng ký hộ kinh doanh cần giấy gì')).toEqual(before);
});
