const ERA_DAYS = 146_097; // of 400 years
const ERA_OFFSET = 719_468; // from 0000-03-01 to 1970-01-01

/** A day of the Gregorian calendar, carried on to both sides; year 0 is 1 BC. Months and days count from 1. */
export interface CivilDay {
  year: number;
  month: number;
  day: number;
}

/** Years that begin in March have their leap day last: source, https://howardhinnant.github.io/date_algorithms.html */
export function civilOf(since1970: number): CivilDay {
  const shifted = since1970 + ERA_OFFSET;
  const era = Math.floor(shifted / ERA_DAYS);
  const ofEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Days since 1970-01-01. */
export function daysOf({ year, month, day }: CivilDay): number {
  const ofMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(ofMarch / 400);
  const yearOfEra = ofMarch - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * ERA_DAYS + ofEra - ERA_OFFSET;
}
