import { z } from 'zod';
import { emptyGazetteer, gazetteerOf } from '../nlu/entities/gazetteer.ts';
import type { CommuneList, Gazetteer, OrganisationNames } from '../nlu/entities/gazetteer.ts';
import { readForm } from './desk.ts';
import type { Desk, Read } from './desk.ts';
import { isDay } from './schema.ts';

const communes = 'intents/entities/communes.yaml';
const organisations = 'intents/entities/organisations.yaml';

const name = z.string({ error: 'ghi tên, trong dấu nháy nếu có dấu nháy' }).trim().min(1);
const names = z.array(name, { error: 'ghi danh sách tên: [tên, tên khác]' });
const byDistrict = z.record(z.string(), names, { error: 'ghi từng huyện cũ: [xã, phường]' });
const asOf = z
  .string({ error: 'ghi ngày đối chiếu, dạng 2026-11-23' })
  .refine(isDay, { error: 'ghi ngày đối chiếu, dạng 2026-11-23' });

const communesFile = z.strictObject({
  asOf,
  districts: z.record(z.string(), z.strictObject({ province: name, also: names.optional() })),
  communes: z.array(
    z.strictObject({
      code: z.string().regex(/^\d{5}$/, { error: 'ghi mã năm chữ số, trong dấu nháy' }),
      name: name.regex(/^(?:xã|phường) /, { error: 'ghi “xã …” hoặc “phường …”' }),
      also: names.optional(),
      formerly: byDistrict.optional(),
      partly: byDistrict.optional(),
    }),
  ),
});
const organisationsFile = z.strictObject({ asOf, organisations: z.record(z.string(), names) });

/** Places and organisations by the names people use. Where there are no such files, none are known. */
export function readGazetteer(desk: Desk, bodies: ReadonlySet<string>): Gazetteer {
  if (!desk.files.has(communes) || !desk.files.has(organisations)) return emptyGazetteer;
  const places = readForm(desk, communes, { kind: 'communes', schema: communesFile });
  const named = readForm(desk, organisations, {
    kind: 'organisationNames',
    schema: organisationsFile,
  });
  if (!places || !named) return emptyGazetteer;
  checkCommunes(places);
  checkOrganisations(named, bodies);
  return gazetteerOf(places.value, named.value.organisations);
}

function checkCommunes({ value, problem }: Read<CommuneList>): void {
  const seen = new Set<string>();
  value.communes.forEach(({ code, formerly = {}, partly = {} }, i) => {
    if (seen.has(code)) problem(['communes', i, 'code'], 'communes.code.twice', `mã ${code} ghi hai lần`);
    seen.add(code);
    for (const [key, districts] of Object.entries({ formerly, partly })) {
      for (const district of Object.keys(districts)) {
        if (value.districts[district]) continue;
        const message = `không có “${district}” trong districts ở đầu tệp`;
        problem(['communes', i, key, district], 'communes.district.unknown', message);
      }
    }
  });
}

function checkOrganisations(
  { value, problem }: Read<{ readonly organisations: OrganisationNames }>,
  bodies: ReadonlySet<string>,
): void {
  for (const id of Object.keys(value.organisations)) {
    if (bodies.has(id)) continue;
    const message = `không có content/organisations/${id}.yaml – sửa tên tệp`;
    problem(['organisations', id], 'organisationNames.unknown', message);
  }
}
