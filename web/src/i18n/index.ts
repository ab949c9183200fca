// `t` for messages, and the language they are in.
import { catalogue, formatLocale, language } from './languages';
import { en, type MessageKey } from './en';
import { fill, type Values } from './message';

export type { MessageKey } from './en';
export { language, formatLocale } from './languages';
export * from './format';

/** The text of a message in the page's language. A component that calls it is rendered again when the language changes. */
export function t(key: MessageKey, values: Values = {}): string {
  return fill(catalogue.value[key] ?? en[key], values, language.value, formatLocale.value);
}
