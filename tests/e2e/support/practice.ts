// A history as people have one: most days, some weeks less, now and then twice a day. The same in each run.
import type { PastSession } from './api';

const day = 24 * 60;
const kinds = ['mindfulness', 'mindfulness', 'mindfulness', 'breathing', 'bodyScan', 'lovingKindness'];
const notes = ['Restless at first, then quiet.', 'The rain on the roof.', 'Slept well afterwards.', 'Only the breath.'];

export function yearOfPractice(): PastSession[] {
  let state = 20_261;
  const random = (below: number) => (state = (state * 48_271) % 0x7fffffff) % below;
  const oneOf = (values: readonly string[]) => values[random(values.length)];

  const sessions: PastSession[] = [
    { minutesAgo: 95, minutes: 15, moodBefore: 3, moodAfter: 4, note: 'A garden gate, birds.' },
  ];
  for (let days = 1; days < 330; ++days) {
    const isBusyWeek = days % 50 > 40;
    const minutesAgo = days * day + random(90);
    const minutes = 8 + random(days < 150 ? 28 : 16);
    const moods = { moodBefore: 2 + random(3), moodAfter: 3 + random(3) };
    if (days < 9 || random(10) >= (isBusyWeek ? 8 : 3))
      sessions.push({ minutesAgo, minutes, kind: oneOf(kinds), ...moods, note: random(3) ? undefined : oneOf(notes) });
    if (random(7) === 0) sessions.push({ minutesAgo: minutesAgo - 660, minutes: 20, kind: 'walking' });
  }
  return sessions;
}
