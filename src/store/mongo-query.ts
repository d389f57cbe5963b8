import type mongoose from 'mongoose';
import type { Kept } from './mongo-document.ts';
import type { AnyCondition, AnyFind, AnyWhere } from './port.ts';

export type Filter = mongoose.mongo.Filter<Kept>;

/** The filter and order of a query over indexed fields. */
export function findFilter({ where, sort, after }: AnyFind): {
  filter: Filter;
  order: Record<string, 1 | -1>;
} {
  const conditions: Filter[] = [filterOf(where)];
  const direction = sort?.order === 'desc' ? -1 : 1;
  // A document without the field has no place in the order.
  if (sort) conditions.push({ [sort.by]: { $ne: null } });
  if (after) conditions.push(afterFilter(after, sort));
  return {
    filter: { $and: conditions },
    order: sort ? { [sort.by]: direction, _id: direction } : { _id: 1 },
  };
}

function afterFilter({ value, id }: NonNullable<AnyFind['after']>, sort: AnyFind['sort']): Filter {
  if (!sort) return { _id: { $gt: id } };
  const beyond = sort.order === 'desc' ? '$lt' : '$gt';
  return { $or: [{ [sort.by]: { [beyond]: value } }, { [sort.by]: value, _id: { [beyond]: id } }] };
}

/** A query in MongoDB's words; values can never be read as operators. */
export function filterOf(where: AnyWhere): Filter {
  const filter: Record<string, unknown> = {};
  for (const [field, condition] of Object.entries(where)) {
    if (condition !== undefined) filter[field] = conditionOf(condition);
  }
  return filter;
}

function conditionOf(condition: AnyCondition): unknown {
  // Said with `$eq`, a value can never be read as an operator.
  if (typeof condition !== 'object') return { $eq: condition };
  if ('in' in condition) return { $in: condition.in };
  const { gte, gt, lte, lt } = condition;
  return Object.fromEntries(
    Object.entries({ $gte: gte, $gt: gt, $lte: lte, $lt: lt }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
