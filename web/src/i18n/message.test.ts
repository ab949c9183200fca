import { describe, expect, test } from 'vitest';
import { en } from './en';
import { fill, type Message } from './message';
import { ru } from './ru';

function placeholders(message: Message): string[] {
  const text = typeof message === 'string' ? message : message.other;
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}

describe('messages', () => {
  const sessions = {
    one: '{count} сессия',
    few: '{count} сессии',
    many: '{count} сессий',
    other: '{count} сессии',
  };

  test.each([
    [1, '1 сессия'],
    [2, '2 сессии'],
    [5, '5 сессий'],
    [11, '11 сессий'],
    [21, '21 сессия'],
  ])('take the plural form of %i in Russian', (count, text) => {
    expect(fill(sessions, { count }, 'ru', 'ru')).toBe(text);
  });

  test('write numbers as the locale does', () => {
    expect(fill('{count} of {name}', { count: 1234.5, name: 'Ada' }, 'en', 'de')).toBe('1.234,5 of Ada');
  });

  test.each(Object.keys(en) as (keyof typeof en)[])('%s has the same values in Russian', (key) => {
    expect(placeholders(ru[key])).toEqual(placeholders(en[key]));
  });

  test('have every plural form that Russian needs', () => {
    const incomplete = Object.entries(ru).filter(
      ([, message]) => typeof message !== 'string' && !(message.one && message.few && message.many),
    );
    expect(incomplete).toEqual([]);
  });
});
