import { describe, expect, test } from '@jest/globals';
import { graphError } from '../../src/channels/graph-error.ts';
import type { ChannelError } from '../../src/errors.ts';
import { payload } from '../support/payloads.ts';

const refusal = (
  status: number,
  error: { code?: unknown; error_subcode?: unknown; message?: unknown } | undefined,
  headers: Record<string, string> = {},
): ChannelError =>
  graphError({ status, headers, body: error ? JSON.stringify({ error }) : '<html>oops' });

/** [HTTP, code, subcode] → what it means, whether it is tried again, after how many ms, whether it may have gone out. */
const classes: readonly (readonly [
  [number, number?, number?],
  string,
  boolean,
  number | undefined,
  'refused' | 'unknown',
])[] = [
  [[400, 190], 'token_dead', true, 60_000, 'refused'],
  [[401, 190, 463], 'token_dead', true, 60_000, 'refused'],
  [[400, 613], 'rate_limited', true, 10_000, 'refused'],
  [[400, 4], 'rate_limited', true, 10_000, 'refused'],
  [[403, 4, 2446079], 'rate_limited', true, 10_000, 'refused'],
  [[400, 32], 'rate_limited', true, 10_000, 'refused'],
  [[400, 10, 2018278], 'window_closed', false, undefined, 'refused'],
  [[400, 10], 'platform_refused', false, undefined, 'refused'],
  [[400, 100, 1545041], 'window_closed', false, undefined, 'refused'],
  [[400, 551, 1545041], 'window_closed', false, undefined, 'refused'],
  [[400, 551], 'blocked_by_person', false, undefined, 'refused'],
  [[400, 100], 'platform_refused', false, undefined, 'refused'],
  [[400, 100, 2018218], 'platform_refused', false, undefined, 'refused'],
  [[500, 1], 'platform_error', true, undefined, 'unknown'],
  [[500, 2], 'platform_error', true, undefined, 'unknown'],
  [[400, 2], 'platform_error', true, undefined, 'unknown'],
  [[503, 2], 'platform_error', true, undefined, 'refused'],
  [[429], 'rate_limited', true, 10_000, 'refused'],
  [[500], 'platform_error', true, undefined, 'unknown'],
  [[502], 'platform_error', true, undefined, 'unknown'],
  [[504], 'platform_error', true, undefined, 'unknown'],
  [[503], 'platform_error', true, undefined, 'refused'],
  [[400], 'platform_refused', false, undefined, 'refused'],
  [[404], 'platform_refused', false, undefined, 'refused'],
  [[400, 987654], 'platform_refused', false, undefined, 'refused'],
];

describe('a refusal of the Graph API', () => {
  test.each(classes)(
    '%j is %s',
    ([status, code, subcode], name, retryable, retryAfter, outcome) => {
      const error =
        code === undefined
          ? undefined
          : { message: 'no', code, ...(subcode === undefined ? {} : { error_subcode: subcode }) };
      expect(refusal(status, error)).toMatchObject({ code: name, retryable, retryAfter, outcome });
    },
  );

  test('of a throttled account lasts as long as Meta says', () => {
    const usage = { '1': [{ call_count: 100, estimated_time_to_regain_access: 7 }] };
    const headers = { 'x-business-use-case-usage': JSON.stringify(usage) };
    expect(refusal(400, { code: 4 }, headers).retryAfter).toBe(7 * 60_000);
    expect(refusal(400, { code: 190 }, headers).retryAfter).toBe(60_000);
  });

  test('that is published is read', () => {
    const body = JSON.stringify(payload('messenger/33-send-api-error-190'));
    const error = graphError({ status: 400, headers: {}, body });
    expect(error.code).toBe('token_dead');
    expect(error.message).toBe(
      'Messenger refused (HTTP 400, code 190/1234567): Invalid OAuth access token.',
    );
  });

  test.each([
    ['7', 7_000],
    ['0', 10_000],
    ['-3', 10_000],
    ['Thu, 26 Nov 2026 02:00:00 GMT', 10_000],
    ['', 10_000],
  ])('with Retry-After “%s” is tried again after %d ms', (header, ms) => {
    expect(refusal(429, undefined, { 'retry-after': header }).retryAfter).toBe(ms);
  });

  test('takes the platform’s own Retry-After before ours', () => {
    const dead = refusal(400, { code: 190 }, { 'retry-after': '5' });
    expect(dead.retryAfter).toBe(5_000);
    expect(refusal(503, undefined, { 'retry-after': '30' }).retryAfter).toBe(30_000);
  });

  test.each([
    ['', 'platform_refused'],
    ['null', 'platform_refused'],
    ['{"error":null}', 'platform_refused'],
    ['{"error":"x"}', 'platform_refused'],
    ['{"error":{"code":[],"message":7}}', 'platform_refused'],
    ['{"error":{"code":190,"error_subcode":"odd","message":null}}', 'token_dead'],
    ['\u0000\ud800', 'platform_refused'],
  ])('with the body %j is %s and no surprise', (body, code) => {
    expect(graphError({ status: 400, headers: {}, body }).code).toBe(code);
  });
});
