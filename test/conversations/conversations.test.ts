import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { days, hours, later, minutes } from '../../src/clock.ts';
import type { Instant, Millis } from '../../src/clock.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import type { Understanding } from '../../src/nlu/types.ts';
import { Chat, course, meaning, phrases, saying, seatsOf } from '../support/scene.ts';

/**
 * Each file is one conversation: a list of what the person does and what the bot must say to it, line by line.
 * `bot:` is a phrase key of content/phrases.yaml or a literal piece of the line; every line must be named.
 * What a sentence means stands beside it (`intent`, `aspect`, `act`, …): the model has tests of its own.
 */
interface Said {
  readonly text?: string;
  readonly intent?: string;
  readonly aspect?: Understanding['aspect'];
  readonly act?: string;
  readonly unsure?: readonly string[];
  readonly outside?: string;
  readonly courtesy?: boolean;
  readonly signals?: Understanding['signals'];
  readonly masked?: readonly ('idNumber' | 'bank' | 'otp')[];
  readonly sends?: 'image' | 'audio' | 'location' | 'sticker';
  readonly opens?: boolean;
}

interface Around {
  readonly at?: string;
  readonly channel?: string;
  readonly buttons?: number;
  readonly staffed?: boolean;
  readonly courses?: readonly { code: string; title: string; left?: number }[];
  readonly held?: boolean;
}

type Line =
  | { readonly scene: Around }
  | { readonly person: string | Said }
  | { readonly press: string }
  | { readonly bot: string }
  | { readonly buttons: readonly string[] }
  | { readonly effects: readonly string[] }
  | { readonly later: string };

const folder = new URL('./', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('conversations', () => {
  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
  });

  test.each(files)('%s', (file) => {
    const lines = parse(readFileSync(new URL(file, folder), 'utf8')) as Line[];
    play(lines, file);
  });
});

function play(lines: readonly Line[], file: string): void {
  const chat = new Chat();
  let heard: string[] = [];
  const nothingLeft = (n: number): void => {
    expect({ file, line: n, unheard: heard }).toEqual({ file, line: n, unheard: [] });
  };
  lines.forEach((line, n) => {
    const where = `${file}, step ${n + 1}: ${JSON.stringify(line)}`;
    if ('bot' in line) {
      const text = heard.shift();
      if (text === undefined) throw new Error(`${where}: the bot said nothing more`);
      expect({ where, text }).toEqual({ where, text: expect.stringMatching(expected(line.bot)) });
    } else if ('buttons' in line) {
      expect({ where, buttons: chat.titles }).toEqual({ where, buttons: line.buttons });
    } else if ('effects' in line) {
      const effects = chat.effects.map(({ type }) => type);
      expect({ where, effects }).toEqual({ where, effects: line.effects });
    } else if ('later' in line) {
      chat.now = later(chat.now, duration(line.later));
    } else if ('scene' in line) {
      set(chat, line.scene);
    } else {
      nothingLeft(n);
      act(chat, line);
      heard = [...chat.texts];
    }
  });
  nothingLeft(lines.length);
}

function act(
  chat: Chat,
  line: { readonly person: string | Said } | { readonly press: string },
): void {
  if ('press' in line) {
    chat.presses(line.press);
    return;
  }
  const said: Said = typeof line.person === 'string' ? { text: line.person } : line.person;
  if (said.opens) chat.takes({ type: 'opened' });
  else if (said.sends) chat.takes({ type: 'attachment', kind: said.sends });
  else chat.says(said.text ?? '', understood(said), said.masked ? { masked: said.masked } : {});
}

function understood({ text = '', intent, aspect, act, unsure, outside, courtesy, signals }: Said) {
  const guesses = unsure?.map((name, i) => ({ name, probability: 0.3 - i / 20 }));
  return meaning(text, intent, {
    ...(aspect ? { aspect } : {}),
    ...(guesses ? { intents: guesses, decision: 'choose' as const } : {}),
    ...(outside === undefined ? {} : { outside }),
    ...(courtesy === undefined ? {} : { courtesy }),
    signals: [...(act === undefined ? [] : (['act'] as const)), ...(signals ?? [])],
  });
}

function set(chat: Chat, around: Around): void {
  const { at, channel, buttons, staffed, courses, held } = around;
  if (at !== undefined) chat.now = readTime(at);
  if (channel !== undefined) {
    const limits = { textLength: 2000, choices: buttons ?? 13, choiceTitle: 20, perSecond: 50 };
    const delivery = channel === 'web' ? ('pull' as const) : ('push' as const);
    chat.place = { ...chat.place, channel: { name: channel, limits, delivery } };
  }
  if (staffed !== undefined) chat.place = { ...chat.place, staffed };
  if (held !== undefined) {
    chat.conversation = { ...chat.conversation, handledBy: held ? 'moderator' : 'bot' };
  }
  if (courses) {
    const made = courses.map(({ code, title }) => course(code, title));
    const seats = made.map((one, i) => seatsOf(one, one.capacity - (courses[i]?.left ?? 30)));
    chat.docs = { ...chat.docs, courses: made, seats };
  }
}

const expected = (bot: string): RegExp =>
  phrases.has(bot) ? saying(bot) : new RegExp(bot.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'u');

function readTime(at: string): Instant {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = at.split(/\D+/).map(Number);
  return instantOf({ year, month, day }, hour, minute);
}

function duration(text: string): Millis {
  const [n = '', unit = ''] = text.split(' ');
  const units: Readonly<Record<string, (n: number) => Millis>> = { minutes, hours, days };
  const unitOf = units[unit];
  if (!unitOf) throw new Error(`“${text}”: say minutes, hours or days`);
  return unitOf(Number(n));
}
