// The start page: for guests what this is, for users their day.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { authState, profile } from '../app/session';
import { LinkButton } from '../design/button';
import { Page, Row, Stack } from '../design/surface';
import { UnverifiedNotice } from '../account/unverified-notice';
import { Welcome } from './welcome';

export default function HomePage(): JSX.Element {
  if (authState.value.status !== 'signedIn') return <Welcome />;
  return (
    <Page title={t('app.home')} intro={profile.value?.displayName}>
      <Stack gap={5}>
        <UnverifiedNotice />
        <Row>
          <LinkButton href="/sit" look="primary" size="large" icon="bell">
            {t('app.sit')}
          </LinkButton>
        </Row>
      </Stack>
    </Page>
  );
}
