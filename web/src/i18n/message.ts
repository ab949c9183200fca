// What a catalogue contains, and how a message becomes text.

/** A message in the forms that its language needs for a number (CLDR's plural categories). */
export interface PluralMessage {
  readonly one?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** Text with `{name}` for values. */
export type Message = string | PluralMessage;

export type Catalogue = Readonly<Record<string, Message>>;

export type Values = Readonly<Record<string, string | number>>;

function form(message: PluralMessage, count: number, language: string): string {
  const category = new Intl.PluralRules(language).select(count);
  return message[category as keyof PluralMessage] ?? message.other;
}

/** The text of a message: in the plural form of `values.count`, with its values in place; numbers as the locale writes them. */
export function fill(message: Message, values: Values, language: string, formatLocale: string): string {
  const text = typeof message === 'string' ? message : form(message, Number(values['count']), language);
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? new Intl.NumberFormat(formatLocale).format(value) : value;
  });
}
