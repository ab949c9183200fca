import { describe, expect, test } from 'vitest';
import { destinationOf } from './group-link';

const id = '019a0000-0000-7000-8000-00000000000a';
const origin = 'https://mind.example';

describe('a link to a group', () => {
  test.each([id, ` ${id.toUpperCase()}\n`, `${origin}/groups/${id}`, `${origin}/groups/${id}/room?x#y`])(
    'is understood: %s',
    (text) => {
      expect(destinationOf(text, origin)).toEqual({ id });
    },
  );

  test('of another server is named', () => {
    expect(destinationOf(`https://elsewhere.example/groups/${id}`, origin)).toEqual({ fault: 'groups.otherServer' });
  });

  test.each(['', 'hello', id.slice(1), `${origin}/history`, `${origin}/groups/new`, `${origin}/groups/${id}0`])(
    'is not %j',
    (text) => {
      expect(destinationOf(text, origin)).toEqual({ fault: 'groups.noLink' });
    },
  );
});
