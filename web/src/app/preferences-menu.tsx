// Language and appearance, for anyone, in a small panel under a button of the header.
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { language, t } from '../i18n';
import { languageNames, type Language } from '../i18n/languages';
import { Choices } from '../design/choices';
import { Icon } from '../design/icons';
import { chooseLanguage, chooseTheme, theme } from './preferences';
import styles from './preferences-menu.module.css';

export function PreferenceChoices(): JSX.Element {
  const names = Object.entries(languageNames) as [Language, string][];
  return (
    <div class={styles['choices']}>
      <Choices
        legend={t('app.language')}
        look="segments"
        options={names.map(([value, text]) => ({ value, text: <span lang={value}>{text}</span> }))}
        value={language.value}
        onChange={(chosen) => void chooseLanguage(chosen)}
      />
      <Choices
        legend={t('app.theme')}
        look="segments"
        options={[
          { value: 'system', text: t('app.themeSystem') },
          { value: 'light', text: t('app.themeLight') },
          { value: 'dark', text: t('app.themeDark') },
        ]}
        value={theme.value}
        onChange={chooseTheme}
      />
    </div>
  );
}

export function Preferences(): JSX.Element {
  const id = useId();
  const label = `${t('app.language')}, ${t('app.theme')}`;
  return (
    <>
      <button type="button" class={styles['toggle']} popovertarget={id} aria-label={label} title={label}>
        <Icon name="settings" />
      </button>
      <div id={id} popover="auto" class={styles['panel']} role="group" aria-label={label}>
        <PreferenceChoices />
      </div>
    </>
  );
}
