// Sentences for the problem codes of the account's calls.
import type { MessageKey } from '../i18n';

export const accountProblems: Readonly<Record<string, MessageKey>> = {
  invalid_credentials: 'account.invalidCredentials',
  account_disabled: 'account.disabled',
  email_taken: 'account.emailTaken',
  password_breached: 'account.passwordBreached',
  wrong_password: 'account.wrongPassword',
  invalid_token: 'account.linkInvalid',
};

export const emailFaults: Readonly<Record<string, MessageKey>> = { bad_format: 'account.emailInvalid' };

export const passwordFaults: Readonly<Record<string, MessageKey>> = {
  too_short: 'account.passwordLength',
  too_long: 'account.passwordLength',
  password_breached: 'account.passwordBreached',
};
