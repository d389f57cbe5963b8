import type { Content, MenuGroup } from '../content/content.ts';
import type { Choice } from '../conversation/reply.ts';
import type { Aspect } from '../nlu/types.ts';
import { payload } from './payload.ts';
import { mostChoices } from './replies.ts';

/** Under the opening: the groups people ask for most, and the way to the rest. */
export function openingChoices(content: Content): Choice[] {
  return groupChoices(content, 1);
}

/** One page of the groups, those of the opening first; `aspect` is what is to be told of the topic chosen in the end. */
export function groupChoices(content: Content, page: number, aspect?: Aspect): Choice[] {
  const choices = groupsInOrder(content).map(({ id, title }) => ({
    title,
    payload: payload('menu', id, undefined, aspect),
  }));
  return pageOf(choices, page, (next) => more(content, 'all', next, aspect));
}

/** One page of a group's topics. */
export function topicChoices(
  content: Content,
  group: MenuGroup,
  page: number,
  aspect?: Aspect,
): Choice[] {
  const choices = group.intents.flatMap((intent) => {
    const topic = content.topic(intent);
    return topic ? [{ title: topic.button, payload: payload('ask', intent, aspect) }] : [];
  });
  return pageOf(choices, page, (next) => more(content, group.id, next, aspect));
}

function groupsInOrder({ menu, choices }: Content): MenuGroup[] {
  const first = choices('opening');
  const isFirst = ({ title }: MenuGroup): boolean => first.includes(title);
  return [...menu.filter(isFirst), ...menu.filter((group) => !isFirst(group))];
}

function more(content: Content, subject: string, page: number, aspect?: Aspect): Choice {
  return {
    title: content.choices('opening').at(-1) ?? '',
    payload: payload('menu', subject, `${page}`, aspect),
  };
}

/** Pages of four and “Mục khác”; the last one may hold five. A page that does not exist is the first. */
function pageOf(all: readonly Choice[], page: number, next: (page: number) => Choice): Choice[] {
  const from = (page - 1) * (mostChoices - 1);
  const rest = all.slice(from);
  if (rest.length === 0) return page === 1 ? [] : pageOf(all, 1, next);
  return rest.length <= mostChoices ? rest : [...rest.slice(0, mostChoices - 1), next(page + 1)];
}
