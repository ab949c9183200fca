// All messages in English, which every other language must have, too. A subject has its messages in a file of its own,
// beside its pages.
import { account } from '../account/messages.en';
import { app } from '../app/messages.en';
import { groups } from '../groups/messages.en';
import { history } from '../history/messages.en';
import { home } from '../home/messages.en';
import { moving } from '../moving/messages.en';
import { rooms } from '../rooms/messages.en';
import { timer } from '../timer/messages.en';
import type { Catalogue } from './message';

export const en = {
  ...app,
  ...account,
  ...timer,
  ...home,
  ...history,
  ...groups,
  ...rooms,
  ...moving,
} as const satisfies Catalogue;

export type MessageKey = keyof typeof en;
