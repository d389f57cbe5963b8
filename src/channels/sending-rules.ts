import { hours, later } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { MessageTemplate, SendingRule } from '../content/content.ts';
import { instantOf } from '../conversation/calendar.ts';
import type { Reach } from '../conversation/conversation.ts';
import type { Purpose } from '../conversation/reply.ts';
import type { Permission, WhyNot } from './channel.ts';

/**
 * What one channel's dated rules say of a purpose at a moment: the first rule that fits decides. A rule for templates
 * fits only what has an approved one.
 */
export function permissionBy(
  rules: readonly SendingRule[],
  purpose: Purpose,
  reach: Reach,
  now: Instant,
  template?: string,
): Permission {
  if (isBlocked(reach)) return { allowed: false, why: 'blocked_by_person' };
  if (reach.standby) return { allowed: false, why: 'held_elsewhere' };
  let why: WhyNot = 'window_closed';
  for (const rule of rules) {
    if (!isInForce(rule, now) || !rule.purposes.includes(purpose)) continue;
    const until = closesAt(rule, reach);
    if (rule.via === 'template' && !templateFor(rule, template)) {
      why = until === undefined ? why : 'no_template';
      continue;
    }
    if (until === 'never') return { allowed: true, via: rule.via };
    if (until !== undefined && now <= until) return { allowed: true, via: rule.via, until };
  }
  return { allowed: false, why };
}

/** The approved template of a notice. */
export function templateFor(
  { templates = [] }: SendingRule,
  notice: string | undefined,
): MessageTemplate | undefined {
  return templates.find((one) => one.for === notice && one.status === 'approved');
}

/** A person who blocked us and wrote again since has let us back in. */
function isBlocked(reach: Reach): boolean {
  return reach.blockedAt !== undefined && reach.blockedAt >= (reach.lastMessageAt ?? 0);
}

function isInForce(rule: SendingRule, now: Instant): boolean {
  return (
    (rule.validFrom === undefined || now >= startOf(rule.validFrom)) &&
    (rule.validUntil === undefined || now < later(startOf(rule.validUntil), hours(24)))
  );
}

function startOf(date: string): Instant {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number);
  return instantOf({ year, month, day: dayOfMonth });
}

function closesAt(rule: SendingRule, reach: Reach): Instant | 'never' | undefined {
  if (rule.opens.includes('any')) return 'never';
  const acts = {
    message: reach.lastMessageAt,
    touch: reach.lastTouchAt,
    comment: reach.lastCommentAt,
    any: undefined,
  };
  const last = rule.opens
    .map((act) => acts[act])
    .filter((at) => at !== undefined)
    .reduce<Instant | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
  if (last === undefined) return undefined;
  return rule.hours === undefined ? 'never' : later(last, hours(rule.hours));
}
