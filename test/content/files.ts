import type { Files } from '../../src/content/desk.ts';

/** The smallest content that is complete: two topics, one office, one figure. */
export const tea = 'content/answers/business/tea-shop.md';
export const cake = 'content/answers/business/cake-shop.md';

export const teaAnswer = `---
intent: tea_shop
title: Mở quán trà
owner: phuong
asOf: 2026-11-23
expires: 2027-05-22
sources:
  - name: báo Sớm 22/01/2026
    read: original
    for: [main, papers, who]
  - name: QĐ 1/QĐ-BTC
    read: quoted
    for: [main, time, online]
  - name: báo Chiều 01/02/2026
    read: original
    for: [main]
next: [cake_shop, person]
---
Quán trà đăng ký ở phường.

- Nộp tại quầy.
- Đóng {fact.tea_fee}.

## papers: Giấy tờ
Một tờ đơn.

> Chưa xác minh: mẫu đơn.

## who: Ai phải đăng ký
Người mở quán.

## time: Bao lâu
Ba ngày.

## online: Nộp qua mạng
Nộp trên cổng.

## fee: Lệ phí
> Chưa xác minh: lệ phí mở quán trà.
`;

const cakeAnswer = `---
intent: cake_shop
title: Mở tiệm bánh
owner: phuong
asOf: 2026-11-23
expires: 2027-05-22
sources:
  - name: báo Sớm 22/01/2026
    read: original
    for: [main]
---
Tiệm bánh cũng đăng ký ở phường.
`;

const personAnswer = `---
intent: person
title: Nói với người
owner: nhip-cau
asOf: 2026-11-23
expires: 2027-05-22
sources:
  - name: Chương trình Nhịp Cầu
    read: original
    for: [main]
---
Em chuyển ngay.
`;

const intent = (title: string, button: string): string =>
  `title: ${title}\nbutton: ${button}\ndescribes: |\n  Một câu.\nexamples:\n  - writer: w1\n    clean: |\n      ${title} thế nào\n`;

const phrases = `answer.person.choices: [Gặp cán bộ]
answer.unverified: Em chưa có thông tin về {what}; anh/chị hỏi {owner}.
answer.noSection: Riêng phần {aspect}, em chưa có thông tin. Anh/chị hỏi {owner}.
answer.noSection.choices: [Xem phần chung]
answer.expired: Lưu ý – phần này tính đến {asOf}. Anh/chị hỏi lại {owner}.
answer.also: Nếu anh/chị muốn hỏi về “{title}”, bấm nút bên dưới.
answer.fact.expired: đang cập nhật
answer.foot.place: "Nơi làm: {where}"
answer.foot.sources: "Nguồn: {sources}"
answer.foot.quoted: "{source}, bản dẫn lại"
answer.foot.asOf: Tính đến {asOf} · máy trả lời tự động
answer.aspect.who: ai
answer.aspect.papers: giấy tờ
answer.aspect.place: nơi nộp
answer.aspect.online: nộp qua mạng
answer.aspect.time: thời gian
answer.aspect.fee: lệ phí
answer.aspect.amount: số tiền
answer.aspect.how: cách làm
answer.aspect.penalty: mức phạt
prices: Em không có giá.
`;

const base: Readonly<Record<string, string>> = {
  [tea]: teaAnswer,
  [cake]: cakeAnswer,
  'content/answers/people/person.md': personAnswer,
  'content/organisations/phuong.yaml':
    'name: UBND phường\nphone:\naddress:\nhours:\nformerly: []\nasOf: 2026-11-23\n',
  'content/organisations/nhip-cau.yaml': 'name: Đơn vị phụ trách\nasOf: 2026-11-23\n',
  'content/facts.yaml':
    'tea_fee:\n  say: 20.000 đồng\n  source: báo Sớm\n  status: verified\n  asOf: 2026-11-23\n  expires: 2026-12-31\n',
  'content/phrases.yaml': phrases,
  'content/menu.yaml':
    'groups:\n  - id: business\n    title: Mở quán\n    intents: [tea_shop, cake_shop]\n  - id: people\n    title: Gặp cán bộ\n    intents: [person]\n',
  'content/programme.yaml':
    'name: Nhịp Cầu\nowner: Đơn vị phụ trách\nprivacyContact: gõ “xoá dữ liệu”\nofficial: false\norganisationId: nhip-cau\n',
  'content/retention.yaml':
    'messages: 180\nregistrations: 180\ncallbacks: 30\nconsents: 730\ncases: 730\nturns: 90\naudit: 730\nlinkMinutes: 10\nforms: 1\n',
  'content/case-terms.yaml':
    'source: NĐ 1\nasOf: 2026-11-23\nanswerWorkingDays: 2\nerase: 20\nwithdraw: 15\naccess: 10\ncorrect: 10\n',
  'content/working-hours.yaml':
    'asOf: 2026-11-23\nsource: đặt tạm\nweek:\n  monday: ["07:30-11:30", "13:30-17:00"]\n  friday: ["07:30-11:30"]\n',
  'content/holidays.yaml':
    'asOf: 2026-11-23\nuntil: 2027-12-31\noff:\n  - from: 2027-01-01\n    name: Tết Dương lịch\n    source: luật\n    status: verified\n',
  'content/sending-rules.yaml':
    'rules:\n  - channel: web\n    via: normal\n    purposes: [answer]\n    opens: [any]\n    source: our own page\n    asOf: 2026-11-23\n',
  'content/courses/tra.yaml':
    'code: VD1\ntitle: Pha trà\norganisation: phuong\ncapacity: 5\nsessions:\n  - day: 2026-12-19\n    from: "08:00"\n    to: "11:00"\n    place: Hội trường ví dụ\nopens: 2026-11-24\ncloses: 2026-12-17\naudience: Người mở quán\nexample: true\n',
  'intents/tea_shop.yaml': intent('Mở quán trà', 'Quán trà'),
  'intents/cake_shop.yaml': intent('Mở tiệm bánh', 'Tiệm bánh'),
  'intents/person.yaml': intent('Nói với người', 'Nói với người'),
  'intents/none.yaml':
    'title: Ngoài phạm vi\ntopics:\n  - topic: prices\n    say: prices\n    examples:\n      - clean: |\n          Giá cà phê hôm nay\n',
};

/** The small content with some files put in, replaced, or (undefined) taken away. */
export function filesWith(changes: Readonly<Record<string, string | undefined>> = {}): Files {
  const entries = Object.entries({ ...base, ...changes });
  return new Map(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** One file of the small content with `from` replaced by `to`; a replacement that finds nothing is a wrong test. */
export function edited(file: string, from: string, to: string): Record<string, string> {
  const text = base[file];
  if (!text?.includes(from)) throw new Error(`${file} does not contain ${from}`);
  return { [file]: text.replace(from, () => to) };
}
