/** Whether digits can be the day on which somebody was born. */

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Of any century. */
export function isShortBirthday(year: string, month: string, day: string): boolean {
  return isBirthday(`20${year}`, month, day) || isBirthday(`19${year}`, month, day);
}

export function isBirthday(year: string, month: string, day: string): boolean {
  const [years, months, days] = [Number(year), Number(month), Number(day)];
  if (months < 1 || months > 12 || days < 1 || days > (longest[months - 1] as number)) return false;
  const isLeap = years % 4 === 0 && (years % 100 !== 0 || years % 400 === 0);
  return months !== 2 || days < 29 || isLeap;
}
