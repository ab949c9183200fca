// All messages in Russian. A key that is missing does not compile.
import { account } from '../account/messages.ru';
import { app } from '../app/messages.ru';
import { groups } from '../groups/messages.ru';
import { history } from '../history/messages.ru';
import { home } from '../home/messages.ru';
import { moving } from '../moving/messages.ru';
import { rooms } from '../rooms/messages.ru';
import { timer } from '../timer/messages.ru';
import type { MessageKey } from './en';
import type { Message } from './message';

export const ru: Readonly<Record<MessageKey, Message>> = {
  ...app,
  ...account,
  ...timer,
  ...home,
  ...history,
  ...groups,
  ...rooms,
  ...moving,
};
