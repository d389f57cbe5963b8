/**
 * The Vietnamese lunar calendar: months begin on the day of the new moon at UTC+7; the eleventh month holds the
 * winter solstice; a year with thirteen months repeats the first month without a major solar term. Days are
 * numbers since 1970-01-01. New moon and position of the sun after J. Meeus, “Astronomical Algorithms” (1998),
 * chapters 25 and 49, without the smallest terms: right to about a minute, for the years 1900–2100.
 */

/** The day of a lunar date; undefined when that month has no such day. The leap month only when asked for. */
export function lunarDay(
  year: number,
  month: number,
  day: number,
  leap = false,
): number | undefined {
  const months = lunarMonths(year);
  const at = months.findIndex((one) => one.month === month && one.leap === leap);
  const found = months[at];
  if (!found || day < 1 || day > found.length) return undefined;
  return found.start + day - 1;
}

/** First day of the lunar year: Tết. */
export function newYear(year: number): number {
  // The first month of every year has a first day.
  return lunarDay(year, 1, 1) ?? 0;
}

interface LunarMonth {
  readonly month: number;
  readonly leap: boolean;
  readonly start: number;
  /** 29 or 30 */
  readonly length: number;
}

const known = new Map<number, readonly LunarMonth[]>();

/** Months 1 to 12 of a lunar year, a leap month after the one whose number it has. */
function lunarMonths(year: number): readonly LunarMonth[] {
  const found = known.get(year);
  if (found) return found;
  const months = [
    ...monthsBetween(year - 1).filter(({ month }) => month < 11),
    ...monthsBetween(year).filter(({ month }) => month >= 11),
  ];
  known.set(year, months);
  return months;
}

/** From the eleventh month of `year` up to the eleventh of the next, which is left out. */
function monthsBetween(year: number): LunarMonth[] {
  const first = eleventhMonth(year);
  const last = eleventhMonth(year + 1);
  const count = last - first;
  const leapAt = count === 13 ? firstWithoutTerm(first) : -1;
  const months: LunarMonth[] = [];
  for (let i = 0; i < count; i++) {
    const leap = i === leapAt;
    const ordinal = leapAt >= 0 && i >= leapAt ? i - 1 : i;
    const start = newMoonDay(first + i);
    const length = newMoonDay(first + i + 1) - start;
    months.push({ month: ((ordinal + 10) % 12) + 1, leap, start, length });
  }
  return months;
}

/** Number of the new moon that begins the month of the winter solstice of a year. */
function eleventhMonth(year: number): number {
  const solstice = (year - 1970) * 365.2425 + 354;
  let moon = Math.floor((solstice + 25_550.2) / synodicMonth);
  while (newMoonDay(moon + 1) <= solstice + 20) moon++;
  // Back to the month in which the sun enters Capricorn (270°).
  while (sunSector(newMoonDay(moon)) >= 9) moon--;
  return moon;
}

function firstWithoutTerm(first: number): number {
  for (let i = 1; i < 14; i++) {
    if (sunSector(newMoonDay(first + i)) === sunSector(newMoonDay(first + i + 1))) return i;
  }
  return -1;
}

const synodicMonth = 29.530588861;
/** Julian day of 1970-01-01 00:00 at UTC+7. */
const epoch = 2_440_587.5 - 7 / 24;
const sine = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);

/** Day on which the k-th new moon since 1900-01-00 falls at UTC+7. */
function newMoonDay(k: number): number {
  const t = k / 1236.85;
  const sun = 359.2242 + 29.10535608 * k - 0.0000333 * t * t - 0.00000347 * t ** 3;
  const moon = 306.0253 + 385.81691806 * k + 0.0107306 * t * t + 0.00001236 * t ** 3;
  const node = 21.2964 + 390.67050646 * k - 0.0016528 * t * t - 0.00000239 * t ** 3;
  const mean =
    2_415_020.75933 +
    29.53058868 * k +
    0.0001178 * t * t -
    0.000000155 * t ** 3 +
    0.00033 * sine(166.56 + 132.87 * t - 0.009173 * t * t);
  const correction =
    (0.1734 - 0.000393 * t) * sine(sun) +
    0.0021 * sine(2 * sun) -
    0.4068 * sine(moon) +
    0.0161 * sine(2 * moon) -
    0.0004 * sine(3 * moon) +
    0.0104 * sine(2 * node) -
    0.0051 * sine(sun + moon) -
    0.0074 * sine(sun - moon) +
    0.0004 * sine(2 * node + sun) -
    0.0004 * sine(2 * node - sun) -
    0.0006 * sine(2 * node + moon) +
    0.001 * sine(2 * node - moon) +
    0.0005 * sine(sun + 2 * moon);
  return Math.floor(mean + correction - deltaT(t) - epoch);
}

/** Dynamical time minus universal time, in days; t in centuries since 1900. */
function deltaT(t: number): number {
  return -0.000278 + 0.000265 * t + 0.000262 * t * t;
}

/** Which twelfth of its way (30° each, from the March equinox) the sun is in at the beginning of a day. */
function sunSector(day: number): number {
  const t = (day + epoch - 2_451_545) / 36_525;
  const anomaly = 357.5291 + 35_999.0503 * t - 0.0001559 * t * t;
  const mean = 280.46645 + 36_000.76983 * t + 0.0003032 * t * t;
  const longitude =
    mean +
    (1.9146 - 0.004817 * t - 0.000014 * t * t) * sine(anomaly) +
    (0.019993 - 0.000101 * t) * sine(2 * anomaly) +
    0.00029 * sine(3 * anomaly) -
    0.00569 -
    0.00478 * sine(125.04 - 1934.136 * t);
  return Math.floor((((longitude % 360) + 360) % 360) / 30);
}
