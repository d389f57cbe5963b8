import { z } from 'zod';
import { dateOf, dayNumber } from '../conversation/calendar.ts';
import { aspects } from '../nlu/types.ts';

/**
 * The forms of everything under `content/` and of the head of an intents file. Unknown keys are refused.
 * Each message says to an editor what to write there; it is shown for what is missing and for what is wrong.
 */

const buttonLength = 20;

/** `2026-11-23`, a day that exists. */
export function isDay(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return false;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const same = dateOf(dayNumber(year, month, day));
  return same.year === year && same.month === month && same.day === day;
}

const text = (error: string) => z.string({ error }).trim().min(1, { error });
const upTo = (length: number, error: string) => text(error).max(length, { error });
const day = (error: string) => z.string({ error }).refine(isDay, { error });
const list = <T extends z.ZodType>(of: T, error: string) => z.array(of, { error });
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `ghi một trong: ${values.join(', ')}` });
/** A key that may be there without a value: `phone:`. */
const blank = (error: string) =>
  z
    .string({ error })
    .trim()
    .nullish()
    .transform((value) => value || undefined);
const button = upTo(buttonLength, `ghi chữ trên nút, dài nhất ${buttonLength} ký tự`);
const intent = text('ghi tên mục (tên tệp trong intents/)').regex(/^[a-z][a-z0-9_]*$/, {
  error: 'chỉ dùng chữ thường không dấu, số và gạch dưới',
});
const organisation = text('ghi tên tệp trong content/organisations/, không có đuôi');
const url = text('ghi địa chỉ web').startsWith('https://', { error: 'bắt đầu bằng https://' });
const asOf = day('ghi ngày anh/chị đối chiếu nguồn, dạng 2026-11-23');
const expires = day('ghi ngày cuối còn tin được, dạng 2027-05-22');
const section = oneOf(['main', ...aspects]);

export const frontMatter = z.strictObject({
  intent,
  title: upTo(60, 'ghi tên mục cho người đọc, dài nhất 60 ký tự'),
  owner: organisation,
  asOf,
  expires,
  sources: list(
    z.strictObject({
      name: text('ghi tên nguồn như người đọc sẽ thấy'),
      read: oneOf(['original', 'quoted']),
      for: list(section, 'ghi các phần mà nguồn này làm chứng: [main, fee]').min(1, {
        error: 'ghi ít nhất một phần',
      }),
      via: text('ghi nơi đọc được').optional(),
      url: url.optional(),
    }),
    'ghi ít nhất một nguồn',
  ),
  next: list(intent, 'ghi tối đa hai mục')
    .max(2, { error: 'ghi tối đa hai mục' })
    .default([]),
  reviewed: z
    .strictObject({
      by: text('ghi tên cán bộ đã duyệt'),
      on: day('ghi ngày duyệt, dạng 2026-11-23'),
    })
    .optional(),
});

export const organisationFile = z.strictObject({
  name: text('ghi tên cơ quan'),
  phone: blank('ghi số điện thoại trong dấu nháy, hoặc để trống'),
  address: blank('ghi địa chỉ, hoặc để trống'),
  hours: blank('ghi giờ làm việc, hoặc để trống'),
  formerly: list(text('ghi tên cũ'), 'ghi danh sách tên cũ, không có thì []').default([]),
  asOf,
});

export const factsFile = z.record(
  z.string(),
  z.strictObject({
    say: text('ghi con số như người đọc sẽ thấy'),
    source: text('ghi nguồn'),
    status: oneOf(['verified', 'secondary']),
    asOf,
    expires,
  }),
);

/** `<key>: text`; a key ending in `.choices` is a list of buttons. */
export const phrasesFile = z.record(
  z.string(),
  z.union([text('ghi lời nói'), list(button, 'ghi danh sách nút')], {
    error: 'ghi một đoạn chữ, hoặc (tên kết thúc bằng .choices) một danh sách nút dài nhất 20 ký tự',
  }),
);

export const menuFile = z.strictObject({
  groups: list(
    z.strictObject({
      id: text('ghi mã nhóm').regex(/^[a-z]+$/, { error: 'chỉ dùng chữ thường không dấu' }),
      title: button,
      intents: list(intent, 'ghi các mục của nhóm'),
    }),
    'ghi các nhóm',
  ),
});

export const programmeFile = z.strictObject({
  name: text('ghi tên trợ lý'),
  owner: text('ghi đơn vị chịu trách nhiệm'),
  privacyContact: text('ghi cách liên hệ về dữ liệu cá nhân'),
  official: z.boolean({ error: 'ghi true khi đơn vị đã xác nhận, chưa thì false' }),
  organisationId: organisation,
});

const days = z
  .int({ error: 'ghi số ngày' })
  .min(1, { error: 'ghi số ngày, ít nhất 1' })
  .max(3_660, { error: 'ghi số ngày, nhiều nhất 3660' });

export const caseTermsFile = z.strictObject({
  source: text('ghi nguồn'),
  asOf,
  answerWorkingDays: days,
  erase: days,
  withdraw: days,
  access: days,
  correct: days,
});

export const retentionFile = z.strictObject({
  messages: days,
  registrations: days,
  callbacks: days,
  consents: days,
  cases: days,
  turns: days,
  audit: days,
  linkMinutes: z.number().int().min(1).max(60),
  forms: days,
});

const clock = (error: string) =>
  z.string({ error }).regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error });
const span = z
  .string({ error: 'ghi giờ dạng "07:30-11:30"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, {
    error: 'ghi giờ dạng "07:30-11:30"',
  })
  .refine((at) => at.slice(0, 5) < at.slice(6), { error: 'giờ sau phải lớn hơn giờ trước' });
const spans = list(span, 'ghi danh sách giờ, nghỉ cả ngày thì []').default([]);

export const workingHoursFile = z.strictObject({
  asOf,
  source: text('ghi ai quyết định giờ này'),
  week: z.strictObject({
    monday: spans,
    tuesday: spans,
    wednesday: spans,
    thursday: spans,
    friday: spans,
    saturday: spans,
    sunday: spans,
  }),
});

const dayOff = z.strictObject({
  from: day('ghi ngày, dạng 2027-02-05'),
  to: day('ghi ngày cuối, dạng 2027-02-09').optional(),
  name: text('ghi tên ngày nghỉ, hoặc làm bù cho ngày nào'),
  source: text('ghi nguồn'),
  status: oneOf(['verified', 'computed', 'unverified']),
});

export const holidaysFile = z.strictObject({
  asOf,
  /** The last day this file knows about. */
  until: day('ghi ngày cuối mà bảng này có ghi'),
  off: list(dayOff, 'ghi các ngày nghỉ'),
  /** Days of rest on which people work, in exchange for another. */
  makeUp: list(dayOff, 'ghi các ngày làm bù').default([]),
});

export const courseFile = z.strictObject({
  code: upTo(12, 'ghi mã lớp, dài nhất 12 ký tự'),
  title: upTo(80, 'ghi tên lớp, dài nhất 80 ký tự'),
  organisation,
  organisers: list(organisation, 'ghi các cơ quan tổ chức').default([]),
  capacity: z.int({ error: 'ghi số chỗ' }).min(1, { error: 'ghi số chỗ, ít nhất 1' }),
  sessions: list(
    z.strictObject({
      day: day('ghi ngày học, dạng 2026-12-12'),
      from: clock('ghi giờ bắt đầu trong dấu nháy, dạng "08:00"'),
      to: clock('ghi giờ kết thúc trong dấu nháy, dạng "11:00"'),
      place: text('ghi nơi học'),
    }),
    'ghi các buổi học',
  ).min(1, { error: 'ghi ít nhất một buổi' }),
  opens: day('ghi ngày bắt đầu nhận đăng ký'),
  closes: day('ghi ngày cuối nhận đăng ký'),
  audience: text('ghi lớp dành cho ai'),
  // Real courses are made in the console; a file is a demonstration and says so.
  example: z.literal(true, { error: 'ghi true: lớp trong tệp chỉ là ví dụ' }),
});

const messageTemplate = z.strictObject({
  for: text('ghi mẫu dùng cho lời nhắc nào'),
  name: text('ghi tên mẫu trên nền tảng'),
  language: text('ghi mã ngôn ngữ của mẫu'),
  parameters: z.array(text('ghi tên tham số')).default([]),
  status: oneOf(['approved', 'pending', 'rejected']),
  asOf,
});

export const sendingRulesFile = z.strictObject({
  rules: list(
    z.strictObject({
      channel: text('ghi tên kênh'),
      via: oneOf(['normal', 'human', 'template']),
      purposes: list(oneOf(['answer', 'comment', 'moderator', 'reminder', 'broadcast']), 'ghi mục đích gửi'),
      opens: list(oneOf(['message', 'touch', 'comment', 'any']), 'ghi việc gì mở cửa sổ'),
      hours: z.number({ error: 'ghi số giờ' }).positive({ error: 'ghi số giờ' }).optional(),
      templates: z.array(messageTemplate).optional(),
      source: text('ghi nguồn'),
      url: url.optional(),
      asOf,
      validFrom: day('ghi ngày bắt đầu có hiệu lực').optional(),
      validUntil: day('ghi ngày cuối có hiệu lực').optional(),
    }),
    'ghi các quy tắc',
  ),
});

/** The head of an intents file, before `examples:`; its sentences are judged with the corpus. */
export const intentHead = z.strictObject({
  title: upTo(60, 'ghi tên mục, dài nhất 60 ký tự'),
  button,
  describes: text('ghi vài câu tả điều người ta hỏi'),
  not: z.record(z.string(), z.string(), { error: 'ghi mục khác và ranh giới' }).default({}),
  eager: z.boolean({ error: 'ghi true hoặc bỏ đi' }).default(false),
});

/** What content needs to know of `none.yaml`. */
export const noneFile = z.object({
  topics: list(
    z.object({
      topic: text('ghi tên chủ đề'),
      say: text('ghi tên lời nói trong phrases.yaml').optional(),
    }),
    'ghi các chủ đề',
  ),
});
