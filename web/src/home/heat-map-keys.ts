import { addDays } from './calendar';

/** The day to which a key leads; undefined for other keys. */
export function nextDay(key: string, date: string, isRightToLeft: boolean): string | undefined {
  const onward = isRightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowUp':
      return addDays(date, -1);
    case 'ArrowDown':
      return addDays(date, 1);
    case 'ArrowLeft':
      return addDays(date, -7 * onward);
    case 'ArrowRight':
      return addDays(date, 7 * onward);
    case 'PageUp':
      return addDays(date, -28);
    case 'PageDown':
      return addDays(date, 28);
    case 'Home':
      return `${date.slice(0, 4)}-01-01`;
    case 'End':
      return `${date.slice(0, 4)}-12-31`;
    default:
      return undefined;
  }
}
