// The kinds of meditation, and what they are called.
import type { Kind } from '@mindspace/client';
import { t, type MessageKey } from '../i18n';

const names: Readonly<Record<Kind, MessageKey>> = {
  mindfulness: 'kind.mindfulness',
  breathing: 'kind.breathing',
  bodyScan: 'kind.bodyScan',
  lovingKindness: 'kind.lovingKindness',
  mantra: 'kind.mantra',
  visualization: 'kind.visualization',
  walking: 'kind.walking',
  sleep: 'kind.sleep',
  other: 'kind.other',
};

export const kinds = Object.keys(names) as Kind[];

/** The kind's name. One that a newer server knows and this page does not is called `Other`. */
export function kindName(kind: string): string {
  return t(names[kind as Kind] ?? 'kind.other');
}
