import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';

type Case = readonly [file: string, code: string];

const outward = 'rings/outward';
const restricted = 'no-restricted-globals';

/** What must be refused, and by which rule. */
const refused: readonly (readonly [...Case, rule: string])[] = [
  ['nlu/x.ts', 'export const at = Date.now();', restricted],
  ['nlu/x.ts', 'export const at = new Date();', restricted],
  ['nlu/x.ts', 'export const at = globalThis.Date.now();', restricted],
  ['nlu/x.ts', 'export const day = new Intl.DateTimeFormat("vi").format();', restricted],
  ['content/x.ts', 'export const at = performance.now();', 'no-undef'],
  ['content/x.ts', 'export const id = crypto.randomUUID();', 'no-undef'],
  ['dialogue/x.ts', 'export const name = process.env["NAME"];', 'no-undef'],
  ['dialogue/x.ts', 'setTimeout(() => undefined, 1);', 'no-undef'],
  ['dialogue/x.ts', 'setImmediate(() => undefined);', 'no-undef'],
  ['dialogue/x.ts', 'void fetch("https://example.org");', 'no-undef'],
  ['dialogue/x.ts', 'console.log("x");', 'no-undef'],
  ['nlu/x.ts', 'export const bytes = Buffer.from("x");', 'no-undef'],
  ['nlu/x.ts', 'export const lot = Math.random();', 'no-restricted-properties'],
  ['nlu/x.ts', 'export const { random } = Math;', 'no-restricted-properties'],
  ['nlu/x.ts', 'export const here = import.meta.dirname;', 'no-restricted-syntax'],
  ['nlu/x.ts', 'import { readFileSync } from "node:fs"; readFileSync("x");', outward],
  ['nlu/x.ts', 'import { readFileSync } from "fs"; readFileSync("x");', outward],
  ['nlu/x.ts', 'import "../store/open.ts";', outward],
  ['nlu/x.ts', 'export const more = import("../store/open.ts");', outward],
  ['nlu/x.ts', 'export const more = import("node:fs");', outward],
  ['nlu/x.ts', 'const name = "fs"; export const more = import(name);', outward],
  ['nlu/x.ts', 'export { openStore } from "../store/open.ts";', outward],
  ['nlu/x.ts', 'export * from "../store/open.ts";', outward],
  ['nlu/x.ts', 'import { newId } from "../ids.ts"; newId();', outward],
  ['nlu/x.ts', 'import { systemClock } from "../clock.ts"; systemClock.now();', outward],
  ['nlu/x.ts', 'import * as clock from "../clock.ts"; clock.systemClock.now();', outward],
  ['nlu/x.ts', 'export * from "../clock.ts";', outward],
  ['nlu/entities/x.ts', 'import { readTree } from "../../files.ts"; readTree("");', outward],
  ['nlu/x.ts', 'import { compose } from "../content/compose.ts"; compose();', outward],
  ['dialogue/x.ts', 'import { z } from "zod"; z.string();', outward],
  ['store/x.ts', 'import { receiver } from "../pipeline/receive.ts"; receiver();', outward],
  ['pipeline/x.ts', 'import { tasks } from "../tasks/registry.ts"; tasks.at(0);', outward],
  ['pipeline/x.ts', 'import { messenger } from "../channels/messenger.ts"; messenger();', outward],
  ['tasks/x.ts', 'export const more = import("../http/server.ts");', outward],
  ['pipeline/x.ts', 'import mongoose from "mongoose"; mongoose.connect("");', outward],
  ['pipeline/x.ts', 'import { readFileSync } from "node:fs"; readFileSync("x");', outward],
  ['pipeline/x.ts', 'export const at = Date.now();', restricted],
  ['pipeline/x.ts', 'void fetch("https://example.org");', restricted],
  ['tasks/x.ts', 'console.log("x");', restricted],
  ['tasks/x.ts', 'import { readConfig } from "../config.ts"; readConfig({});', outward],
  ['channels/x.ts', 'import express from "express"; express();', outward],
  ['channels/x.ts', 'import { server } from "../http/server.ts"; server();', outward],
  ['http/x.ts', 'import Database from "libsql"; new Database("x");', outward],
  ['browser/widget/x.ts', 'import { openStore } from "../../store/open.ts"; openStore();', outward],
];

const allowed: readonly Case[] = [
  ['nlu/x.ts', 'import type { Store } from "../store/store.ts"; export type X = Store;'],
  ['nlu/x.ts', 'import { type Store } from "../store/store.ts"; export type X = Store;'],
  ['nlu/x.ts', 'export type { Store } from "../store/store.ts";'],
  ['nlu/x.ts', 'import { z } from "zod"; export const x = z.string();'],
  ['nlu/x.ts', 'import { days } from "../clock.ts"; export const week = days(7);'],
  ['nlu/x.ts', 'import { fold } from "../conversation/fold.ts"; export const x = fold("ạ");'],
  ['nlu/x.ts', 'export const bytes = new TextEncoder().encode("ạ");'],
  ['dialogue/x.ts', 'import { understand } from "../nlu/understand.ts"; understand();'],
  ['pipeline/x.ts', 'import { takeTurn } from "../dialogue/turn.ts"; takeTurn();'],
  ['pipeline/x.ts', 'import { newId } from "../ids.ts"; export const id = newId();'],
  ['pipeline/x.ts', 'import { createHash } from "node:crypto"; createHash("sha256");'],
  ['store/x.ts', 'import Database from "libsql"; new Database("x");'],
  ['http/x.ts', 'import express from "express"; express();'],
  ['cli/x.ts', 'import { createApp } from "../app.ts"; createApp();'],
  ['app.ts', 'import { server } from "./http/server.ts"; server();'],
];

interface Answer {
  readonly broken: readonly (readonly string[])[];
  readonly severities: readonly number[];
}

/** By file and code; asked all at once, in a process of its own. */
let rulesBroken: (file: string, code: string) => readonly string[] | undefined;
let severities: readonly number[];

beforeAll(() => {
  const cases: Case[] = [
    ...refused.map(([file, code]): Case => [file, code]),
    ...allowed,
    ...comments.map(([code]): Case => ['nlu/x.ts', code]),
  ];
  const output = execFileSync(
    process.execPath,
    [path.join(import.meta.dirname, '..', 'support', 'lint-ours.js')],
    { input: JSON.stringify(cases), encoding: 'utf8' },
  );
  // Written by the program just called.
  const answer = JSON.parse(output) as Answer;
  ({ severities } = answer);
  rulesBroken = (file, code) =>
    answer.broken[cases.findIndex((one) => one[0] === file && one[1] === code)];
}, 60_000);

describe('the rule of the three rings', () => {
  test.each(refused)('refuses in %s: %s', (file, code, rule) => {
    expect(rulesBroken(file, code)).toContain(rule);
  });

  test.each(allowed)('lets stand in %s: %s', (file, code) => {
    expect(rulesBroken(file, code)).toEqual([]);
  });
});

/** An exported function and what stands above it. */
const comments: readonly (readonly [code: string, isRefused: boolean])[] = [
  ['export function one() { return 1; }', true],
  ['export const one = () => 1;', true],
  ['// No comment of its own.\nexport function one() { return 1; }', true],
  ['/** Always 1. */\nexport function one() { return 1; }', false],
  ['/** Always 1. */\nexport const one = () => 1;', false],
  ['function one() { return 1; }\none();', false],
  ['export const one = 1;', false],
];

describe('the rule of comments', () => {
  test.each(comments)('%s – refused: %p', (code, isRefused) => {
    const rules = rulesBroken('nlu/x.ts', code);
    expect(rules?.includes('comments/documented')).toBe(isRefused);
  });
});

test('both rules are errors for whoever lints the tree', () => {
  expect(severities).toEqual([2, 2]);
});
